//! Where the simulator is as strict as the service.

use longhaul_simulator::{
    ApplicationSpecification, MailboxSpecification, Simulator, StartError, TenantSpecification,
};
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{
    SOURCE, Service, attributes, envelope, envelope_with, fault_code, get_folder,
};

const INBOX: &str = "<t:DistinguishedFolderId Id=\"inbox\"/>";

#[tokio::test]
async fn impersonation_is_required_and_names_one_mailbox_of_the_tenant() {
    let service = Service::start().await;
    let version = "<t:RequestServerVersion Version=\"Exchange2016\"/>";
    let connecting = |ids: &str| {
        format!(
            "{version}<t:ExchangeImpersonation><t:ConnectingSID>{ids}</t:ConnectingSID></t:ExchangeImpersonation>"
        )
    };
    let one = format!("<t:SmtpAddress>{}</t:SmtpAddress>", service.address(SOURCE));
    for (header, code) in [
        (version.to_owned(), "ErrorInvalidExchangeImpersonationHeaderData"),
        (connecting(&format!("{one}{one}")), "ErrorSchemaValidation"),
        (
            connecting("<t:SmtpAddress>nobody@source.test</t:SmtpAddress>"),
            "ErrorNonExistentMailbox",
        ),
        (
            connecting("<t:SmtpAddress>user1@destination.test</t:SmtpAddress>"),
            "ErrorNonExistentMailbox",
        ),
        (connecting(&one).replace("Exchange2016", "Exchange2042"), "ErrorInvalidServerVersion"),
    ] {
        let answer =
            service.send(SOURCE, envelope_with(&header, &get_folder(INBOX))).await.unwrap();
        assert_eq!(fault_code(&answer), code, "{header}");
    }
    let wanted = "ExchangeImpersonation SOAP header must be present for this type of OAuth token.";
    let answer = service.send(SOURCE, envelope_with(version, &get_folder(INBOX))).await.unwrap();
    assert!(answer.text.contains(wanted), "{}", answer.text);
}

#[tokio::test]
async fn an_application_with_a_scope_reaches_no_other_mailbox() {
    let mut application = ApplicationSpecification::with_secret(
        "2a0b2a65-3ae4-4f52-8f6e-8b1c8a0f4b11".parse().unwrap(),
        "secret",
    );
    application.scope = Some(vec!["in@source.test".to_owned()]);
    let tenant = TenantSpecification::of_domain("source.test", "en-US")
        .application(application)
        .mailbox(MailboxSpecification::empty("in@source.test"))
        .mailbox(MailboxSpecification::empty("out@source.test"));
    let service = Service::of(Simulator::builder().tenant(tenant)).await;
    assert_eq!(service.call(SOURCE, &get_folder(INBOX)).await.status, StatusCode::OK);
    let answer =
        service.send(SOURCE, envelope("out@source.test", &get_folder(INBOX))).await.unwrap();
    assert_eq!(fault_code(&answer), "ErrorImpersonateUserDenied");
}

#[tokio::test]
async fn schema_violations_are_placed_and_nothing_runs() {
    let service = Service::start().await;
    let body = "<m:DeleteFolder DeleteType=\"HardDelete\">\n<m:FolderIds>\n<t:FolderId/></m:FolderIds></m:DeleteFolder>";
    let answer = service.call(SOURCE, body).await;
    assert_eq!(fault_code(&answer), "ErrorSchemaValidation");
    assert!(answer.text.contains("<t:LineNumber>3</t:LineNumber>"), "{}", answer.text);
    assert!(answer.text.contains("<t:LinePosition>2</t:LinePosition>"), "{}", answer.text);
    assert!(
        answer.text.contains("<t:Violation>The required attribute 'Id' is missing.</t:Violation>")
    );
    let unknown = service.call(SOURCE, "<m:MakeCoffee/>").await;
    assert_eq!(fault_code(&unknown), "ErrorInvalidRequest");
    let wrong =
        service.call(SOURCE, &get_folder(INBOX).replace("m:GetFolder", "t:GetFolder")).await;
    assert_eq!(fault_code(&wrong), "ErrorInvalidRequest");
}

#[tokio::test]
async fn switched_off_ews_is_403_for_tenant_application_and_mailbox() {
    let service = Service::start().await;
    let status = async || service.call(SOURCE, &get_folder(INBOX)).await.status;
    let tenant = "tenants/source.test/ews";
    service.control("POST", tenant, json!({ "enabled": false })).await;
    assert_eq!(status().await, StatusCode::FORBIDDEN);
    service.control("POST", tenant, json!({ "enabled": true, "allowed": [] })).await;
    assert_eq!(status().await, StatusCode::FORBIDDEN);
    let id = service.text(SOURCE, "client_id");
    service.control("POST", tenant, json!({ "enabled": true, "allowed": [id] })).await;
    assert_eq!(status().await, StatusCode::OK);
    let mailbox = format!("mailboxes/{}/ews", service.address(SOURCE));
    service.control("POST", &mailbox, json!({ "enabled": false })).await;
    assert_eq!(status().await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn answers_carry_version_correlation_and_affinity() {
    let service = Service::start().await;
    let request = service
        .client
        .post(service.text(SOURCE, "ews_url"))
        .bearer_auth(service.token(SOURCE).await)
        .header("content-type", "text/xml; charset=utf-8")
        .header("client-request-id", "11111111-2222-4333-8444-555555555555")
        .header("return-client-request-id", "true")
        .header("x-preferserveraffinity", "true")
        .body(envelope(service.address(SOURCE), &get_folder(INBOX)));
    let answer = crate::support::answer(request).await.unwrap();
    assert_eq!(answer.headers["client-request-id"], "11111111-2222-4333-8444-555555555555");
    assert_eq!(answer.headers["request-id"].len(), 36);
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert!(cookies.iter().any(|c| c.to_str().unwrap().starts_with("X-BackEndOverrideCookie=")));
    assert_eq!(attributes(&answer.text, "h:ServerVersionInfo", "Version"), ["V2018_01_08"]);
}

#[tokio::test]
async fn names_that_could_be_real_are_refused_at_start() {
    for (domain, address) in
        [("contoso.com", "a@contoso.com"), ("source.test", "a@contoso.com"), ("test", "a@test")]
    {
        let tenant = TenantSpecification::of_domain(domain, "en-US")
            .mailbox(MailboxSpecification::empty(address));
        let started = Simulator::builder().tenant(tenant).start("127.0.0.1:0", false).await;
        assert!(matches!(started, Err(StartError::Specification(_))), "{domain} {address}");
    }
}
