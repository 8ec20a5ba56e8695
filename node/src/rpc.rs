//! The RPC methods beyond those that every node of this SDK has.

use jsonrpsee::RpcModule;
use nocknock_runtime::{opaque::Block, BlockNumber, Hash};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{
    FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sc_sync_state_rpc::{SyncState, SyncStateApiServer};
use sp_keystore::KeystorePtr;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};

use crate::service::{FullBackend, FullClient, FullPool, FullSelectChain};

/// What BABE's methods need.
pub(crate) struct BabeDeps {
    pub(crate) worker_handle: BabeWorkerHandle<Block>,
    pub(crate) keystore: KeystorePtr,
}

/// What GRANDPA's methods need.
pub(crate) struct GrandpaDeps {
    pub(crate) shared_voter_state: SharedVoterState,
    pub(crate) shared_authority_set: SharedAuthoritySet<Hash, BlockNumber>,
    pub(crate) justification_stream: GrandpaJustificationStream<Block>,
    pub(crate) finality_provider: Arc<FinalityProofProvider<FullBackend, Block>>,
    pub(crate) subscription_executor: SubscriptionTaskExecutor,
}

/// What all methods need.
pub(crate) struct FullDeps {
    pub(crate) client: Arc<FullClient>,
    pub(crate) pool: Arc<FullPool>,
    pub(crate) select_chain: FullSelectChain,
    pub(crate) chain_spec: Box<dyn sc_chain_spec::ChainSpec>,
    pub(crate) babe: BabeDeps,
    pub(crate) grandpa: GrandpaDeps,
}

/// Builds the module that the server adds to the methods of the SDK.
pub(crate) fn create_full(
    deps: FullDeps,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>> {
    use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};

    let FullDeps { client, pool, select_chain, chain_spec, babe, grandpa } = deps;
    let mut module = RpcModule::new(());
    module.merge(System::new(client.clone(), pool).into_rpc())?;
    module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
    module.merge(
        Babe::new(client.clone(), babe.worker_handle.clone(), babe.keystore, select_chain)
            .into_rpc(),
    )?;
    module.merge(
        Grandpa::new(
            grandpa.subscription_executor,
            grandpa.shared_authority_set.clone(),
            grandpa.shared_voter_state,
            grandpa.justification_stream,
            grandpa.finality_provider,
        )
        .into_rpc(),
    )?;
    module.merge(
        SyncState::new(chain_spec, client, grandpa.shared_authority_set, babe.worker_handle)?
            .into_rpc(),
    )?;
    Ok(module)
}
