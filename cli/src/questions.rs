//! Many questions to the node at a time.

use crate::failure::{other, Failure};
use nocknock_client::QueryError;
use std::{collections::BTreeMap, future::Future};
use tokio::task::JoinSet;

/// Questions that are open at a time: enough that not each of them costs a round trip to the node,
/// and few enough that others are answered meanwhile.
const AT_ONCE: usize = 16;

/// Asks all questions, several at a time, and gives the answers in the order of the questions. The
/// first failure ends it.
pub(crate) async fn ask_all<F, T>(questions: impl IntoIterator<Item = F>) -> Result<Vec<T>, Failure>
where
    F: Future<Output = Result<T, QueryError>> + Send + 'static,
    T: Send + 'static,
{
    let mut questions = questions.into_iter().enumerate();
    let mut asked = JoinSet::new();
    let mut answers = BTreeMap::new();
    loop {
        let more = AT_ONCE.saturating_sub(asked.len());
        for (place, question) in questions.by_ref().take(more) {
            asked.spawn(async move { (place, question.await) });
        }
        let Some(ended) = asked.join_next().await else {
            return Ok(answers.into_values().collect());
        };
        let (place, answer) = ended.map_err(other)?;
        answers.insert(place, answer?);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        atomic::{AtomicUsize, Ordering::SeqCst},
        Arc,
    };
    use tokio::task::yield_now;

    #[tokio::test]
    async fn answers_come_in_the_order_of_the_questions() {
        let questions = (0..50_u32).map(|number| async move {
            // The first of them takes longest.
            for _ in number..50 {
                yield_now().await;
            }
            Ok::<u32, QueryError>(number)
        });
        let answers = ask_all(questions).await.unwrap();
        assert_eq!(answers, Vec::from_iter(0..50));
    }

    #[tokio::test]
    async fn as_many_are_asked_at_a_time_as_are_allowed_and_no_more() {
        let counts = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        let questions = (0..50).map(|_| {
            let counts = counts.clone();
            async move {
                let (open, most) = &*counts;
                most.fetch_max(open.fetch_add(1, SeqCst) + 1, SeqCst);
                yield_now().await;
                open.fetch_sub(1, SeqCst);
                Ok::<(), QueryError>(())
            }
        });
        assert_eq!(ask_all(questions).await.unwrap().len(), 50);
        assert_eq!(counts.1.load(SeqCst), AT_ONCE);
    }

    #[tokio::test]
    async fn a_failure_is_told_and_no_questions_need_no_answer() {
        let questions = (0..50_u32).map(|number| async move {
            match number {
                30 => Err(QueryError::NoSuchBlock(number.to_string())),
                _ => Ok(number),
            }
        });
        let failure = ask_all(questions.clone()).await.unwrap_err();
        assert!(matches!(failure, Failure::NotFound(_)), "{failure:?}");
        assert!(ask_all(questions.take(0)).await.unwrap().is_empty());
    }
}
