// SPDX-License-Identifier: Apache-2.0

/// Runs blocking calls on threads of its own, so that the cooperative pool, which has one thread a core, stays free.
///
/// A thread is started when work comes and none is idle, and ends after a quarter of a second without work; with
/// `threadLimit` threads busy, work waits in the order it came.
public final class BlockingExecutor: TaskExecutor, @unchecked Sendable {
  // Every field below the limit is read and written with the monitor locked.
  private let monitor = Monitor()
  private let threadLimit: Int
  private var queue: [UnownedJob] = []
  private var head = 0
  private var threads = 0
  private var idle = 0

  public init(threadLimit: Int = 64) {
    precondition(threadLimit > 0, "an executor needs a thread")
    self.threadLimit = threadLimit
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

  /// Gives the job to an idle thread or a new one; with the limit reached it waits for its turn.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    monitor.lock()
    queue.append(job)
    if idle > 0 {
      monitor.signal()
    } else if threads < threadLimit {
      threads += 1
      if !start() {
        threads -= 1
        // Without any thread the job would never run; doing it here keeps the promise at the price of blocking.
        if threads == 0 {
          let jobs = Array(queue[head...])
          queue.removeAll()
          head = 0
          monitor.unlock()
          for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
          return
        }
      }
    }
    monitor.unlock()
  }

  private func start() -> Bool {
    NativeThread.start { self.serve() }
  }

  private func serve() {
    monitor.lock()
    while true {
      if head < queue.count {
        let job = queue[head]
        head += 1
        if head == queue.count {
          queue.removeAll(keepingCapacity: true)
          head = 0
        }
        monitor.unlock()
        job.runSynchronously(on: asUnownedTaskExecutor())
        monitor.lock()
        continue
      }
      idle += 1
      let wasSignaled = monitor.wait(nanoseconds: 250_000_000)
      idle -= 1
      if !wasSignaled, head == queue.count { break }
    }
    threads -= 1
    monitor.unlock()
  }
}
