//! Runs the tasks of the transaction pool.
//!
//! One of them waits on its thread for work until the pool is gone, and hears of nothing else in
//! the meantime. So it ends in the normal course of things when a node ends, after everything that
//! holds the pool. As an essential task it would then be reported as failed, although only a panic
//! is a failure.

use futures::{channel::oneshot, future, future::BoxFuture, FutureExt};
use sc_service::{SpawnEssentialTaskHandle, SpawnTaskHandle, TaskManager};
use sp_core::traits::SpawnEssentialNamed;
use std::panic::{resume_unwind, AssertUnwindSafe};

/// Starts the pool's tasks. A panic of any of them ends the node.
#[derive(Clone)]
pub(crate) struct PoolTasks {
    tasks: SpawnTaskHandle,
    essential: SpawnEssentialTaskHandle,
}

impl PoolTasks {
    pub(crate) fn of(task_manager: &TaskManager) -> Self {
        Self {
            tasks: task_manager.spawn_handle(),
            essential: task_manager.spawn_essential_handle(),
        }
    }
}

impl SpawnEssentialNamed for PoolTasks {
    fn spawn_essential_blocking(
        &self,
        name: &'static str,
        group: Option<&'static str>,
        task: BoxFuture<'static, ()>,
    ) {
        let (panicked, panic) = oneshot::channel();
        let group = group.unwrap_or_default();
        self.essential.spawn(name, group, until_panic(panic));
        self.tasks.spawn_blocking(name, group, tell_panic(task, panicked));
    }

    fn spawn_essential(
        &self,
        name: &'static str,
        group: Option<&'static str>,
        task: BoxFuture<'static, ()>,
    ) {
        SpawnEssentialNamed::spawn_essential(&self.essential, name, group, task);
    }
}

/// Runs a task, and tells if it panics.
async fn tell_panic(task: BoxFuture<'static, ()>, panicked: oneshot::Sender<()>) {
    if let Err(payload) = AssertUnwindSafe(task).catch_unwind().await {
        // Nobody waits for this when the node has ended.
        let _ = panicked.send(());
        resume_unwind(payload);
    }
}

/// Ends when the task has panicked, and never if it ends otherwise.
async fn until_panic(panic: oneshot::Receiver<()>) {
    if panic.await.is_err() {
        future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;

    #[test]
    fn a_task_that_ends_is_no_failure() {
        let (panicked, panic) = oneshot::channel();
        block_on(tell_panic(async {}.boxed(), panicked));
        assert_eq!(until_panic(panic).now_or_never(), None);
    }

    #[test]
    fn a_task_that_panics_is() {
        let (panicked, panic) = oneshot::channel();
        let task = tell_panic(async { panic!("on purpose") }.boxed(), panicked);
        assert!(block_on(AssertUnwindSafe(task).catch_unwind()).is_err());
        assert_eq!(until_panic(panic).now_or_never(), Some(()));
    }
}
