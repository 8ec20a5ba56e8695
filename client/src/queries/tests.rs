use super::*;
use std::future::ready;

/// Lengths around one and two pages.
const LENGTHS: [u32; 7] = [0, 1, 63, 64, 65, 128, 130];

#[tokio::test]
async fn a_list_read_by_place_is_read_whole_and_once() {
    for length in LENGTHS {
        let list: Vec<u32> = (0..length).collect();
        let page = |start: u32| {
            let page: Vec<u32> = (start..length).take(PAGE).collect();
            ready(Ok(page))
        };
        assert_eq!(all_pages(next_place, page).await.expect("an answer"), list);
    }
}

#[tokio::test]
async fn a_list_read_by_key_is_read_whole_and_once() {
    for length in LENGTHS {
        let list: Vec<(u32, ())> = (0..length).map(|key| (key, ())).collect();
        let page = |last: Option<u32>| {
            let start = last.map_or(0, |last| last + 1);
            let page: Vec<(u32, ())> = (start..length).take(PAGE).map(|key| (key, ())).collect();
            ready(Ok(page))
        };
        assert_eq!(all_pages(last_key, page).await.expect("an answer"), list);
    }
}
