//! Runs the tasks of the transaction pool and of the import queue.
//!
//! They work for somebody until nobody holds the pool or the queue any more, and one of them hears
//! of nothing else in the meantime. So they end in the normal course of things when a node or a
//! command ends. As essential tasks they would then be reported as failed, although only a panic is
//! a failure.

use futures::{channel::oneshot, future, future::BoxFuture, FutureExt};
use sc_service::{SpawnEssentialTaskHandle, SpawnTaskHandle, TaskManager};
use sp_core::traits::SpawnEssentialNamed;
use std::{
    future::Future,
    panic::{resume_unwind, AssertUnwindSafe},
};

/// Starts such tasks. A panic of any of them ends the node.
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

    /// The task, with an essential one beside it that ends if it panics.
    fn watched(
        &self,
        name: &'static str,
        group: Option<&'static str>,
        task: BoxFuture<'static, ()>,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (panicked, panic) = oneshot::channel();
        self.essential.spawn(name, group, until_panic(panic));
        tell_panic(task, panicked)
    }
}

impl SpawnEssentialNamed for PoolTasks {
    fn spawn_essential_blocking(
        &self,
        name: &'static str,
        group: Option<&'static str>,
        task: BoxFuture<'static, ()>,
    ) {
        let task = self.watched(name, group, task);
        self.tasks.spawn_blocking(name, group, task);
    }

    fn spawn_essential(
        &self,
        name: &'static str,
        group: Option<&'static str>,
        task: BoxFuture<'static, ()>,
    ) {
        let task = self.watched(name, group, task);
        self.tasks.spawn(name, group, task);
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
