// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs blocking calls on threads of its own, so that the cooperative pool, which has one thread a core, stays free.
///
/// A thread is started when work comes and none is idle, and ends after a quarter of a second without work; with
/// `threadLimit` threads busy, work waits in the order it came.
public final class BlockingExecutor: TaskExecutor, @unchecked Sendable {
  // Every field below the lock is read and written with `mutex` held, whose address never changes.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let work: UnsafeMutablePointer<pthread_cond_t>
  private let threadLimit: Int
  private var queue: [UnownedJob] = []
  private var head = 0
  private var threads = 0
  private var idle = 0

  public init(threadLimit: Int = 64) {
    precondition(threadLimit > 0, "an executor needs a thread")
    self.threadLimit = threadLimit
    mutex = .allocate(capacity: 1)
    work = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(work, nil)
  }

  deinit {
    // Threads hold the executor while they live, so none is left here.
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(work)
    mutex.deallocate()
    work.deallocate()
  }

  /// Runs `body`, which may block, away from the cooperative pool, and returns when it has ended.
  ///
  /// `onCancel` is called, perhaps at once, when the task is cancelled; it should make `body` return.
  @concurrent
  public func run<R: Sendable, Failure: Error>(
    onCancel: @Sendable () -> Void = {}, _ body: @Sendable () throws(Failure) -> R
  ) async throws(Failure) -> R {
    let outcome = await withTaskCancellationHandler {
      await withTaskExecutorPreference(self) {
        do throws(Failure) { return Result<R, Failure>.success(try body()) } catch { return .failure(error) }
      }
    } onCancel: {
      onCancel()
    }
    return try outcome.get()
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pthread_mutex_lock(mutex)
    queue.append(job)
    if idle > 0 {
      pthread_cond_signal(work)
    } else if threads < threadLimit {
      threads += 1
      if !start() {
        threads -= 1
        // Without any thread the job would never run; doing it here keeps the promise at the price of blocking.
        if threads == 0 {
          let jobs = Array(queue[head...])
          queue.removeAll()
          head = 0
          pthread_mutex_unlock(mutex)
          for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
          return
        }
      }
    }
    pthread_mutex_unlock(mutex)
  }

  private func start() -> Bool {
    NativeThread.start { self.serve() }
  }

  private func serve() {
    pthread_mutex_lock(mutex)
    while true {
      if head < queue.count {
        let job = queue[head]
        head += 1
        if head == queue.count {
          queue.removeAll(keepingCapacity: true)
          head = 0
        }
        pthread_mutex_unlock(mutex)
        job.runSynchronously(on: asUnownedTaskExecutor())
        pthread_mutex_lock(mutex)
        continue
      }
      var deadline = timespec()
      clock_gettime(CLOCK_REALTIME, &deadline)
      deadline.tv_nsec += 250_000_000
      if deadline.tv_nsec >= 1_000_000_000 {
        deadline.tv_nsec -= 1_000_000_000
        deadline.tv_sec += 1
      }
      idle += 1
      let code = pthread_cond_timedwait(work, mutex, &deadline)
      idle -= 1
      if code != 0, head == queue.count { break }
    }
    threads -= 1
    pthread_mutex_unlock(mutex)
  }
}
