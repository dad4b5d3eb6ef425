//! Connections that are open at one time: a bound, and who goes when it is reached.
//!
//! A connection is a stranger's until a request on it carried a key that is good. When there is
//! no room, the stranger goes whose last sign of life is the oldest, so that new ones can always
//! be heard, and health checks with them. One customer's connections beyond a share stay with the
//! strangers.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio_util::sync::CancellationToken;

/// The connections of a listener.
#[derive(Debug)]
pub struct Connections<K: Hash + Eq + Clone> {
    limit: usize,
    /// Never held across an await.
    open: Mutex<OpenConnections<K>>,
}

#[derive(Debug)]
struct OpenConnections<K: Hash + Eq + Clone> {
    count: usize,
    next_number: u64,
    /// By their last sign of life, the oldest first.
    strangers: BTreeMap<u64, CancellationToken>,
    of_customers: HashMap<K, usize>,
    customers: usize,
}

/// One connection, for the requests that come in on it.
#[derive(Debug)]
pub struct Connection<K: Hash + Eq + Clone>(Arc<Shared<K>>);

impl<K: Hash + Eq + Clone> Clone for Connection<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct Shared<K: Hash + Eq + Clone> {
    connections: Arc<Connections<K>>,
    peer: SocketAddr,
    cut: CancellationToken,
    requests: AtomicU64,
    standing: Mutex<Standing<K>>,
}

#[derive(Debug)]
enum Standing<K> {
    Stranger { number: u64 },
    Customer(K),
}

impl<K: Hash + Eq + Clone> Connections<K> {
    /// At most `limit` at one time.
    pub fn new(limit: usize) -> Arc<Self> {
        let open = OpenConnections {
            count: 0,
            next_number: 0,
            strangers: BTreeMap::new(),
            of_customers: HashMap::new(),
            customers: 0,
        };
        Arc::new(Self { limit, open: Mutex::new(open) })
    }

    /// Open now.
    pub fn count(&self) -> usize {
        self.open().count
    }

    /// Takes in a connection. Where there is no room, the stranger that was silent longest is
    /// cut, and `true` tells so; `None` when only customers are there.
    pub fn open_one(self: &Arc<Self>, peer: SocketAddr) -> Option<(Connection<K>, bool)> {
        let mut open = self.open();
        let is_full = open.count >= self.limit;
        if is_full {
            let (_, oldest) = open.strangers.pop_first()?;
            oldest.cancel();
        }
        open.count += 1;
        let cut = CancellationToken::new();
        let number = open.add_stranger(cut.clone());
        let connection = Shared {
            connections: Arc::clone(self),
            peer,
            cut,
            requests: AtomicU64::new(0),
            standing: Mutex::new(Standing::Stranger { number }),
        };
        Some((Connection(Arc::new(connection)), is_full))
    }

    fn open(&self) -> MutexGuard<'_, OpenConnections<K>> {
        self.open.lock().expect("no code panics while it holds this lock")
    }
}

impl<K: Hash + Eq + Clone> OpenConnections<K> {
    fn add_stranger(&mut self, cut: CancellationToken) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        self.strangers.insert(number, cut);
        number
    }
}

impl<K: Hash + Eq + Clone> Connection<K> {
    /// Who is at the other end of the socket: a client, or the last proxy.
    pub fn peer(&self) -> SocketAddr {
        self.0.peer
    }

    /// A request's head came: a sign of life.
    pub fn asks(&self) {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        let mut standing = self.standing();
        let Standing::Stranger { number } = &mut *standing else { return };
        let mut open = self.0.connections.open();
        if let Some(cut) = open.strangers.remove(number) {
            *number = open.add_stranger(cut);
        }
    }

    /// Requests that came so far.
    pub fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// A request on it carried a good key: it is no stranger's any more, within the share of one
    /// customer.
    pub fn is_customers(&self, key: &K) {
        let mut standing = self.standing();
        let Standing::Stranger { number } = *standing else { return };
        let connections = &self.0.connections;
        let mut open = connections.open();
        let share = (connections.limit / 4).max(1);
        let of_key = open.of_customers.get(key).copied().unwrap_or(0);
        // An eighth stays with strangers, who can be cut: health checks are among them.
        let is_room = open.customers < connections.limit - connections.limit.div_ceil(8);
        // Cut in this moment, it is nobody's.
        if of_key >= share || !is_room || open.strangers.remove(&number).is_none() {
            return;
        }
        open.customers += 1;
        open.of_customers.insert(key.clone(), of_key + 1);
        *standing = Standing::Customer(key.clone());
    }

    /// Cuts it: a peer that reads nothing can't be told anything.
    pub fn cut(&self) {
        self.0.cut.cancel();
    }

    /// Waits until it is cut.
    pub async fn was_cut(&self) {
        self.0.cut.cancelled().await;
    }

    fn standing(&self) -> MutexGuard<'_, Standing<K>> {
        self.0.standing.lock().expect("no code panics while it holds this lock")
    }
}

impl<K: Hash + Eq + Clone> Drop for Shared<K> {
    fn drop(&mut self) {
        let standing = self.standing.get_mut().expect("no code panics while it holds this lock");
        let mut open = self.connections.open();
        open.count -= 1;
        match standing {
            Standing::Stranger { number } => {
                open.strangers.remove(number);
            }
            Standing::Customer(key) => {
                open.customers -= 1;
                if let Some(of_key) = open.of_customers.get_mut(key) {
                    *of_key -= 1;
                    if *of_key == 0 {
                        open.of_customers.remove(key);
                    }
                }
            }
        }
    }
}
