//! Every code, grouped by where it comes from; a new one takes the next free number of its group.

use super::{Code, Entry, parse};

catalogue! {
    // 01xx: project files, settings and what they name
    "0101" UNKNOWN_KEY: "A key that the project or settings file does not know.";
    "0102" BAD_VALUE: "A value of the wrong shape.";
    "0103" MISSING_KEY: "A key that must be set is not.";
    "0104" FILE_UNREADABLE: "A file cannot be read or is not valid YAML, TOML or CSV.";
    "0105" NOT_CONFIRMED: "Coexistence was not confirmed with the word `Confirm`.";
    "0106" DUPLICATE_MAILBOX: "One address stands in two mailbox pairs.";
    "0107" SECRET_UNREADABLE: "A secret's reference leads nowhere.";
    "0108" BASIC_AUTH_REFUSED: "A user name and password were given; only modern authentication works.";
    // 02xx: command line, API and server
    "0201" SERVER_UNREACHABLE: "The command line cannot reach the coordinator.";
    "0202" UNAUTHORISED: "The API token is missing or wrong.";
    "0203" NOT_FOUND: "No project, pass or mailbox of that name or id.";
    "0204" ADDRESS_TAKEN: "The listen address is in use or cannot be bound.";
    "0205" WRONG_STATE: "The command does not fit the state of what it names.";
    "0206" NAME_TAKEN: "A project of that name exists.";
    "0207" NOT_CLEAN: "The two sides differ.";
    "0208" BUG: "A fault of longhaul itself.";
    "0209" PASS_FAILED: "A pass ended with mailboxes that failed.";
    "0210" NO_LEADER: "No coordinator leads, or the leader cannot be reached.";
    "0211" CHANGE_UNANSWERED: "It is not known whether a change was carried out.";
    "0212" REPORT_NOT_WRITTEN: "A report's file cannot be written.";
    // 03xx: tokens
    "0301" CREDENTIAL_REFUSED: "The authority refused the application's credential.";
    "0302" AUTHORITY_UNREACHABLE: "The token endpoint cannot be reached.";
    "0303" TENANT_UNKNOWN: "The authority does not know the tenant.";
    "0304" BAD_CERTIFICATE: "The certificate or key cannot be used.";
    "0305" BAD_TOKEN_ANSWER: "The authority's answer is not a token answer.";
    // 04xx: Exchange Web Services
    "0401" EWS_UNREACHABLE: "The EWS endpoint cannot be reached.";
    "0402" EWS_FORBIDDEN: "The tenant or mailbox does not allow EWS (HTTP 403).";
    "0403" EWS_UNAUTHORISED: "EWS refused a fresh token (HTTP 401).";
    "0404" MAILBOX_NOT_FOUND: "No mailbox answers for that address.";
    "0405" ACCESS_DENIED: "The application may not act on the mailbox.";
    "0406" THROTTLED: "The service asked to wait.";
    "0407" SERVICE_UNAVAILABLE: "The service is busy, restarting or moving a mailbox.";
    "0408" MALFORMED_ANSWER: "The service's answer is not what the protocol promises.";
    "0409" MAILBOX_FULL: "The mailbox has reached its quota.";
    "0410" FOLDER_GONE: "The folder no longer exists.";
    "0411" SYNC_STATE_INVALID: "The service no longer accepts the sync state.";
    "0412" REQUEST_REFUSED: "The service calls our request malformed.";
    "0413" UNKNOWN_SERVICE_ERROR: "A response code this version does not know.";
    "0414" TOO_LARGE: "The item or request is larger than the service accepts.";
    "0415" ITEM_GONE: "The item no longer exists.";
    "0416" ITEM_REFUSED: "The service cannot read or store the item.";
    "0417" NO_ARCHIVE: "The mailbox has no archive.";
    "0418" ITEM_CHANGED: "The item changed between reading and writing.";
    "0419" SERVICE_FAILED: "The service failed inside.";
    "0420" FOLDER_EXISTS: "A folder of that name exists.";
    // 05xx: exported items
    "0501" BLOB_TRUNCATED: "The exported item ends too early.";
    "0502" BLOB_NOT_BASE64: "The exported item is not valid base64.";
    "0503" BLOB_BROKEN: "The exported item's records or stream do not parse.";
    // 06xx: store
    "0601" STORE_IN_USE: "Another process holds the data folder.";
    "0602" STORE_NOT_WRITABLE: "The data folder cannot be written.";
    "0603" STORE_FAILED: "The store could not carry out a call.";
    "0604" STALE_OWNER: "Another owner holds the folder by now.";
    "0605" STORE_CONFLICT: "A record changed between reading and writing.";
    "0606" STORE_BEHIND: "The store is older than a message that refers to it.";
    "0607" STORE_FORMAT: "The store was written by another version.";
    "0608" STORE_DAMAGED: "The store's file is damaged or gone.";
    "0609" FENCED_OFF: "Another coordinator leads by now; this one's writes are refused.";
    "0610" STORE_UNREACHABLE: "The store's server cannot be reached.";
    "0611" STORE_LOGIN_REFUSED: "The store's server refuses the user or what longhaul asks of it.";
    "0612" STORE_TLS: "No encrypted connection to the store's server comes about.";
    "0613" STORE_NO_LOG: "The store's server does not log its writes to disk.";
    "0614" STORE_NOT_SYNCED: "The store's server answers before a write is on disk.";
    "0615" STORE_EVICTS: "The store's server throws data away when its memory is full.";
    "0616" STORE_SETTINGS_HIDDEN: "The settings of the store's server cannot be read.";
    "0617" STORE_CLUSTER: "The store's server is a node of a Redis Cluster.";
    "0618" STORE_TOO_OLD: "The store's server is too old.";
    "0619" STORE_REPLICA: "The store's server is a replica.";
    "0620" STORE_REPLACED: "The server holds another store than before, or none.";
    "0621" STORE_FULL: "The store's server takes no writes: memory or disk is full.";
    // 07xx: queue
    "0701" QUEUE_FAILED: "The queue could not carry out a call.";
    "0702" QUEUE_UNREACHABLE: "The broker cannot be reached.";
    "0703" QUEUE_LOGIN_REFUSED: "The broker refused the user or the password.";
    "0704" QUEUE_VHOST_REFUSED: "The broker has no such virtual host for this user.";
    "0705" QUEUE_TLS_FAILED: "The broker and longhaul cannot agree on TLS.";
    "0706" QUEUE_CONFLICT: "A queue of that name was made with other arguments.";
    "0707" QUEUE_FORBIDDEN: "The broker's user lacks a permission.";
    "0708" QUEUE_UNROUTABLE: "The broker returned a message that has no queue.";
    "0709" QUEUE_UNANSWERED: "The broker did not answer for a call in time.";
    "0710" QUEUE_SETTINGS: "The queue's URL or one of its certificate files cannot be used.";
    "0711" DELIVERED_TOO_OFTEN: "A message was delivered again and again without an answer.";
    "0712" SET_ASIDE_BY_BROKER: "The broker set a message aside for a reason of its own.";
    "0713" JOB_SET_ASIDE: "The job of a folder was set aside, and the folder waits for an operator.";
    // 08xx: copying
    "0801" ATTEMPTS_USED_UP: "A folder job failed too often.";
    "0802" JOB_PANICKED: "A folder job ended in a panic.";
    "0803" AMBIGUOUS_UPLOAD: "It cannot be told whether an upload was carried out.";
    "0804" FOLDER_NOT_CREATED: "A destination folder could not be created.";
    "0805" UPLOAD_UNANSWERED: "Uploads of an item end without a clear answer, and it does not stand.";
    "0806" COPY_CHANGED: "An item changed in the source, and its copy was changed in the destination.";
    "0807" COPY_GONE: "An item changed in the source, and its copy is no longer in the destination.";
    "0810" ERROR_BUDGET_SPENT: "More items of a mailbox failed than the pass allows.";
    // 09xx: job messages
    "0901" MESSAGE_VERSION_UNKNOWN: "A job message of a version this worker does not know.";
    "0902" MESSAGE_UNREADABLE: "A job message that does not decode.";
    // 10xx: telemetry
    "1001" ADMIN_ADDRESS_TAKEN: "The admin port's address is in use or cannot be bound.";
}
