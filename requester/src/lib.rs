#![doc = include_str!("../README.md")]

mod equal_rows;
mod errors;
mod events;
mod follower;
mod model_file;
mod models;
mod offer;
mod private_file;
mod retries;
mod steps;
mod store;
mod usable_model;

pub use equal_rows::{check_order, equal_rows, EqualRowsError, PublicBlocks};
pub use errors::FollowError;
pub use events::{Attempt, Event, Observer};
pub use follower::{Ended, Follower, Services};
pub use model_file::{About, ModelFile, ModelFileError, Origin};
pub use models::{
    check_delivery, open_models, published_data, write_model, DeliveredModel, ModelsError,
    PublishedData,
};
pub use offer::{
    choose_number_shape, choose_shape, choose_shape_for, Market, Offer, OfferError, Period,
};
pub use private_file::{
    chain_folder_name, find_private_file, private_file_path, PrivateFile, PrivateFileError,
    Progress,
};
pub use steps::{next_step, ChainView, Step, LIFE};
pub use store::{Store, StoreConfig, StoreError};
pub use usable_model::UsableModel;
