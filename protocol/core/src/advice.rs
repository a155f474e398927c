//! What an operator does next, per code: the one sentence that follows an error.

use crate::Code;
use crate::code::*;

/// The next step for `code`. The code's page says more.
#[must_use]
pub fn advice(code: Code) -> &'static str {
    match code {
        SECRET_UNREADABLE => {
            "set the variable or file the reference names, readable for the server"
        }
        NOT_FOUND => "`longhaul project list` and `longhaul status` show what there is",
        WRONG_STATE => "`longhaul status` shows the present state",
        NO_LEADER => "wait for another coordinator to take over; `longhaul status` shows who leads",
        CHANGE_UNANSWERED => {
            "look with `longhaul status` whether it was carried out; if not, run it again"
        }
        DUPLICATE_MAILBOX => "leave the mailbox out, or go on with the project that has it",
        NAME_TAKEN => "choose another name, or use the project that exists",
        ERROR_BUDGET_SPENT => {
            "mend what `longhaul errors` shows, or raise `--error-budget`, then start the pass again"
        }
        REPORT_NOT_WRITTEN => "name a folder that can be written with `--to`",
        NOT_CLEAN => "look at the differences, run the pass again, then verify again",
        CREDENTIAL_REFUSED => {
            "check client id and secret or certificate of that side, and their expiry"
        }
        AUTHORITY_UNREACHABLE => {
            "check the authority's URL and the way to it (proxy, DNS, certificate)"
        }
        TENANT_UNKNOWN => "check the tenant id of that side",
        BAD_CERTIFICATE => "check the certificate file: PEM with the private key",
        EWS_UNREACHABLE => "check the EWS URL and the way to it (proxy, DNS, certificate)",
        EWS_FORBIDDEN => {
            "allow EWS in that tenant and for the mailbox (EwsEnabled, EwsApplicationAccessPolicy)"
        }
        EWS_UNAUTHORISED => {
            "grant the application full_access_as_app and consent to it as an administrator"
        }
        MAILBOX_NOT_FOUND => "check the address, and that the mailbox exists and is licensed",
        ACCESS_DENIED => {
            "let the application act on the mailbox (impersonation, RBAC scope); a grant needs up to two hours"
        }
        THROTTLED | SERVICE_UNAVAILABLE => "nothing: longhaul waits and goes on by itself",
        MAILBOX_FULL => {
            "raise the destination mailbox's quota or assign an archive, then start the pass again"
        }
        FOLDER_GONE => "start the pass again: it reads the folders anew",
        ITEM_REFUSED | BLOB_BROKEN | BLOB_NOT_BASE64 | BLOB_TRUNCATED => {
            "open the item in the source; if it opens there, start the pass again"
        }
        TOO_LARGE => "raise MaxReceiveSize of the destination mailbox, then start the pass again",
        STORE_IN_USE => "stop the other longhaul that uses this data folder",
        STORE_DAMAGED => "restore the data folder from a backup; do not start from an empty one",
        STORE_NOT_WRITABLE => "make the data folder writable or choose another",
        STORE_FAILED | QUEUE_FAILED => "check the backend's log; longhaul tries again by itself",
        STORE_UNREACHABLE => "check host and port of `store.url` and that Redis runs there",
        STORE_LOGIN_REFUSED => "check user and password of `store.url`, and what the user may do",
        STORE_TLS => "check `store.ca`, `store.certificate` and the name in `store.url`",
        STORE_NO_LOG => "redis-cli config set appendonly yes, then redis-cli config rewrite",
        STORE_NOT_SYNCED => {
            "redis-cli config set appendfsync always, then redis-cli config rewrite"
        }
        STORE_EVICTS => {
            "redis-cli config set maxmemory-policy noeviction, then redis-cli config rewrite"
        }
        QUEUE_UNREACHABLE => "check host and port of `queue.url` and that RabbitMQ runs there",
        QUEUE_LOGIN_REFUSED => "check user and password of `queue.url` (percent-encoded)",
        QUEUE_VHOST_REFUSED => {
            "make the virtual host of `queue.url` and give the user permissions in it"
        }
        QUEUE_TLS_FAILED => "check `queue.ca`, `queue.certificate` and the name in `queue.url`",
        QUEUE_CONFLICT => "choose another `queue.prefix`, or delete the queue with rabbitmqctl",
        QUEUE_FORBIDDEN => {
            "give the user configure, write and read permission on the queues of the prefix"
        }
        QUEUE_UNROUTABLE => "find what deletes longhaul's queues (policy, script) and stop it",
        QUEUE_UNANSWERED => "look at the broker's alarms; longhaul tries again by itself",
        QUEUE_SETTINGS => "check `queue.url` and the certificate files the error names",
        DELIVERED_TOO_OFTEN | SET_ASIDE_BY_BROKER => {
            "find the cause, then `longhaul jobs dead retry` or `drop`"
        }
        JOB_SET_ASIDE => {
            "mend what ended its workers, then `longhaul jobs dead retry` goes on with the folder"
        }
        ATTEMPTS_USED_UP => "read the folder's error, mend its cause, then start the pass again",
        JOB_PANICKED | BUG => "start the pass again and report the fault with the server's log",
        UPLOAD_UNANSWERED => "start another full pass: it tries the item again",
        AMBIGUOUS_UPLOAD => {
            "compare the named items in the destination and remove a double by hand"
        }
        COPY_CHANGED => {
            "decide which side is right; to take the source's, delete the copy and copy by hand"
        }
        COPY_GONE => {
            "nothing, if the destination's user deleted it on purpose; else restore it there"
        }
        FOLDER_NOT_CREATED => {
            "create the folder in the destination by hand or rename it, then start the pass again"
        }
        _ => "`longhaul explain-code` shows the code's page",
    }
}
