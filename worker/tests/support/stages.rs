//! What the coordinator does for passes of several stages.

use longhaul_core::FolderRef;
use longhaul_store::Expect;
use longhaul_store::folder::{Checkpoint, Stage};
use longhaul_store::records::{PassRecord, save};

use super::{Service, World, try_poll};

impl World {
    /// Runs a worker on the inbox's pass until `enough` says so.
    pub(crate) async fn work_until(
        &self,
        pass: &PassRecord,
        enough: impl Fn(&Checkpoint) -> bool,
    ) -> Checkpoint {
        let service = self.service();
        let message = self.message(pass).await;
        service.publish(&message).await;
        let published = self.store.mark_published(self.folder, pass.id, message.slice).await;
        published.expect("marks");
        let look = async || {
            self.begin_stages(&service).await;
            Some(self.checkpoint().await).filter(|found| enough(found))
        };
        let reached = match try_poll(look).await {
            Some(reached) => reached,
            None => panic!("it stays at {:#?}", self.checkpoint().await),
        };
        service.stop().await;
        reached
    }

    /// From now on deletions are carried over, or not.
    pub(crate) async fn set_deletions(&mut self, deletions: bool) {
        self.project.options.deletions = deletions;
        save(&*self.store, &self.project, Expect::Any).await.expect("saved");
    }

    /// What the coordinator does: publishes the first message of a stage once every folder of the
    /// mailbox is that far.
    pub(crate) async fn begin_stages(&self, service: &Service) {
        self.begin_stages_before(service, Stage::Sweep).await;
        let folders = self.store.overview(self.folder.mailbox).await.expect("reads");
        let mut open = folders.iter().filter(|(_, checkpoint)| !checkpoint.is_over());
        if open.all(|(_, checkpoint)| checkpoint.stage == Stage::Sweep) {
            self.begin_stage(service, Stage::Sweep).await;
        }
    }

    /// Likewise, for the stages before `last`.
    pub(crate) async fn begin_stages_before(&self, service: &Service, last: Stage) {
        let folders = self.store.overview(self.folder.mailbox).await.expect("reads");
        let open = || folders.iter().filter(|(_, checkpoint)| !checkpoint.is_over());
        let stage = open().map(|(_, checkpoint)| checkpoint.stage).min();
        if let Some(stage) = stage.filter(|stage| *stage < last) {
            self.begin_stage(service, stage).await;
        }
    }

    async fn begin_stage(&self, service: &Service, stage: Stage) {
        let folders = self.store.overview(self.folder.mailbox).await.expect("reads");
        for (folder, checkpoint) in folders.iter().filter(|(_, folder)| !folder.is_over()) {
            let begins = checkpoint.begins_stage() && !checkpoint.published;
            if begins && checkpoint.stage == stage {
                let folder = FolderRef { folder: *folder, ..self.folder };
                service.publish(&self.message_to(folder).await).await;
                let published =
                    self.store.mark_published(folder, checkpoint.pass, checkpoint.slice);
                published.await.expect("marks");
            }
        }
    }
}
