//! A few threads that share a stack of tasks.
//!
//! Each thread works depth first on a stack of its own and gives half of it away, the oldest half, which
//! are the largest subtrees, when another thread has run dry. Helpers start only once there is work for
//! them: a small working copy is walked by the calling thread alone.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// How many small tasks the first thread does before it calls for help.
const ALONE: usize = 24;

/// Something that does tasks of type `T` and gathers what it finds.
pub(super) trait Worker<T>: Send {
    /// Does one task; new ones go onto `tasks`. An `Err` ends the whole run.
    fn work(&mut self, task: T, tasks: &mut Vec<T>) -> Result<(), ()>;

    /// Whether a task is so much work that it is worth a helper at once.
    fn is_large(task: &T) -> bool;
}

struct Shared<T> {
    given: Mutex<Given<T>>,
    wake: Condvar,
    idle: AtomicUsize,
    stopped: AtomicBool,
}

struct Given<T> {
    tasks: Vec<T>,
    busy: usize,
}

/// Does `first` and everything that follows from it. Returns the workers, who hold what they found.
pub(super) fn run<T: Send, W: Worker<T>>(first: T, threads: usize, make: impl Fn() -> W + Sync) -> Vec<W> {
    let shared = Shared {
        given: Mutex::new(Given { tasks: Vec::new(), busy: 1 }),
        wake: Condvar::new(),
        idle: AtomicUsize::new(0),
        stopped: AtomicBool::new(false),
    };
    std::thread::scope(|scope| {
        let mut worker = make();
        let mut tasks = vec![first];
        let mut done = 0;
        while tasks.len() < 2 || (done < ALONE && !tasks.last().is_some_and(W::is_large)) {
            let Some(task) = tasks.pop() else { return vec![worker] };
            if worker.work(task, &mut tasks).is_err() {
                return vec![worker];
            }
            done += 1;
        }
        let (shared, make) = (&shared, &make);
        let help = move || {
            let mut worker = make();
            shared.take_and_work(&mut worker, Vec::new());
            worker
        };
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(help)).collect();
        shared.take_and_work_as_first(&mut worker, tasks);
        let mut workers = vec![worker];
        // A helper that panicked has nothing to hand over; its panic goes on here.
        for helper in helpers {
            workers.push(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        workers
    })
}

impl<T: Send> Shared<T> {
    fn take_and_work_as_first<W: Worker<T>>(&self, worker: &mut W, tasks: Vec<T>) {
        self.drain(worker, tasks);
        self.wait_loop(worker);
    }

    fn take_and_work<W: Worker<T>>(&self, worker: &mut W, tasks: Vec<T>) {
        debug_assert!(tasks.is_empty());
        self.lock().busy += 1;
        self.wait_loop(worker);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Given<T>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what others gave until nobody is busy any more.
    fn wait_loop<W: Worker<T>>(&self, worker: &mut W) {
        let mut given = self.lock();
        loop {
            if self.stopped.load(Ordering::Relaxed) {
                break;
            }
            if !given.tasks.is_empty() {
                let tasks = std::mem::take(&mut given.tasks);
                drop(given);
                self.drain(worker, tasks);
                given = self.lock();
                continue;
            }
            given.busy -= 1;
            if given.busy == 0 {
                break;
            }
            self.idle.fetch_add(1, Ordering::Relaxed);
            while given.tasks.is_empty() && given.busy > 0 && !self.stopped.load(Ordering::Relaxed) {
                given = self.wake.wait(given).unwrap_or_else(PoisonError::into_inner);
            }
            self.idle.fetch_sub(1, Ordering::Relaxed);
            if given.busy == 0 && given.tasks.is_empty() {
                break;
            }
            given.busy += 1;
        }
        drop(given);
        self.wake.notify_all();
    }

    fn drain<W: Worker<T>>(&self, worker: &mut W, mut tasks: Vec<T>) {
        while let Some(task) = tasks.pop() {
            if self.stopped.load(Ordering::Relaxed) {
                return;
            }
            if worker.work(task, &mut tasks).is_err() {
                let _given = self.lock();
                self.stopped.store(true, Ordering::Relaxed);
                self.wake.notify_all();
                return;
            }
            if tasks.len() > 1 && self.idle.load(Ordering::Relaxed) > 0 {
                let mut given = self.lock();
                if given.tasks.is_empty() {
                    let half = tasks.len() / 2;
                    given.tasks.extend(tasks.drain(..half));
                    self.wake.notify_one();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter {
        seen: usize,
        fail_at: u32,
    }

    impl Worker<u32> for Counter {
        fn work(&mut self, task: u32, tasks: &mut Vec<u32>) -> Result<(), ()> {
            self.seen += 1;
            if task == self.fail_at {
                return Err(());
            }
            if task < 1 << 14 {
                tasks.extend([task * 2, task * 2 + 1]);
            }
            Ok(())
        }

        fn is_large(task: &u32) -> bool {
            task.is_multiple_of(5)
        }
    }

    #[test]
    fn every_task_is_done_once() {
        for threads in [1, 2, 3, 8] {
            for _ in 0..20 {
                let workers = run(1, threads, || Counter { seen: 0, fail_at: 0 });
                assert_eq!(workers.iter().map(|w| w.seen).sum::<usize>(), (1 << 15) - 1, "{threads} threads");
            }
        }
    }

    #[test]
    fn a_failure_ends_the_run() {
        for fail_at in [1, 5, 1000, 16383] {
            for threads in [1, 2, 4] {
                let workers = run(1, threads, || Counter { seen: 0, fail_at });
                assert!(workers.iter().map(|w| w.seen).sum::<usize>() >= 1);
            }
        }
    }
}
