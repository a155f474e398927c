//! Reads and writes side by side.

use std::sync::mpsc;
use std::time::Duration;

use redb::backends::InMemoryBackend;
use redb::{Database, ReadableTable as _};

use super::super::tables::{self, DOCUMENTS, failed};
use super::*;

fn access() -> Access {
    let backend = InMemoryBackend::new();
    let database = Database::builder().create_with_backend(backend).expect("opens");
    tables::prepare(&database).expect("prepared");
    Access::new(database)
}

async fn put(access: &Access, key: &'static str) -> Result<(), Error> {
    let put = access.write(move |tables| {
        tables.changed = true;
        tables.documents.insert(key, (1, [].as_slice())).map_err(failed("write")).map(drop)
    });
    put.await
}

async fn count(access: &Access) -> usize {
    let read = access.read(|snapshot| {
        let documents = snapshot.open_table(DOCUMENTS).map_err(failed("read"))?;
        Ok(documents.iter().map_err(failed("read"))?.count())
    });
    read.await.expect("reads")
}

#[tokio::test]
async fn a_read_does_not_wait_for_a_write() {
    let access = access();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (go, may_go) = mpsc::channel();
    let slow = access.write(move |tables| {
        tables.documents.insert("slow", (1, [].as_slice())).map_err(failed("write"))?;
        tables.changed = true;
        begun.send(()).expect("the test waits");
        may_go.recv().expect("the test lets go");
        Ok(())
    });
    let look = async {
        has_begun.await.expect("begun");
        let found = count(&access).await;
        go.send(()).expect("the step waits");
        found
    };
    let (written, found) = tokio::join!(slow, look);
    written.expect("written");
    assert_eq!(found, 0, "what is not committed is not seen");
    assert_eq!(count(&access).await, 1);
}

#[tokio::test]
async fn a_cancelled_call_is_carried_out_all_the_same() {
    let access = access();
    let (go, may_go) = mpsc::channel();
    let slow = access.write(move |_| {
        may_go.recv().expect("the test lets go");
        Ok(())
    });
    let cancelled = async {
        // It waits behind the slow step, so it cannot be done at once.
        tokio::time::timeout(Duration::ZERO, put(&access, "late")).await.expect_err("given up");
        go.send(()).expect("the step waits");
    };
    let (written, ()) = tokio::join!(slow, cancelled);
    written.expect("written");
    put(&access, "next").await.expect("written");
    assert_eq!(count(&access).await, 2);
}

#[tokio::test]
async fn a_step_that_fails_halfway_leaves_nothing_behind() {
    let access = access();
    let failing = access.write(|tables| {
        tables.changed = true;
        tables.documents.insert("half", (1, [].as_slice())).map_err(failed("write"))?;
        Err::<(), _>(failed("write")(std::io::Error::other("disk gone")))
    });
    let error = failing.await.expect_err("it failed");
    assert!(error.is_transient(), "{error:?}");
    assert_eq!(count(&access).await, 0);
    put(&access, "whole").await.expect("the next call goes through");
    assert_eq!(count(&access).await, 1);
}

#[tokio::test]
async fn a_step_that_panics_fails_its_call_and_not_the_store() {
    let access = access();
    let panicking = access.write(|tables| -> Result<(), Error> {
        tables.changed = true;
        tables.documents.insert("half", (1, [].as_slice())).map_err(failed("write"))?;
        panic!("as a broken invariant does in debug builds");
    });
    panicking.await.expect_err("no answer");
    assert_eq!(count(&access).await, 0);
    put(&access, "whole").await.expect("the next call goes through");
    assert_eq!(count(&access).await, 1);
}
