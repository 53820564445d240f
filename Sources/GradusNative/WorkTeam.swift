// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A few threads that share loops of some ten microseconds: they wait for the next loop by looking for it, and sleep only
/// when none comes for a while.
///
/// Who computes which index is left to chance; a caller whose indices write disjoint memory, and whose division into
/// indices does not depend on `width`, gets the same bits from any number of threads.
public final class WorkTeam {
  /// How many threads work, the caller's included.
  public let width: Int
  private let shared = Shared()

  /// A team of `width` threads; fewer when the system grants fewer.
  public init(width: Int) {
    var started = 1
    for _ in 1..<max(1, width) {
      let shared = shared
      guard NativeThread.start({ shared.serve() }) else { break }
      started += 1
    }
    self.width = started
  }

  deinit { shared.end() }

  /// The work on one index, given what the caller passed.
  public typealias Body = @Sendable (_ context: UnsafeRawPointer, _ index: Int) -> Void

  /// Calls `body(context, i)` for every i in 0..<count, on several threads, and returns when all are done.
  ///
  /// `body` should capture nothing: then a loop costs no allocation. Not reentrant.
  public func run(_ count: Int, context: UnsafeRawPointer, _ body: @escaping Body) {
    if count <= 1 || width == 1 {
      for index in 0..<count { body(context, index) }
      return
    }
    precondition(count < Shared.limit, "a loop of \(count) indices is too long for one run")
    shared.run(count, context, body)
  }

  /// As above for any closure; costs a small allocation.
  public func run(_ count: Int, _ body: (Int) -> Void) {
    if count <= 1 || width == 1 {
      for index in 0..<count { body(index) }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      withUnsafePointer(to: escapable) { pointer in
        run(count, context: UnsafeRawPointer(pointer)) { context, index in
          context.assumingMemoryBound(to: ((Int) -> Void).self).pointee(index)
        }
      }
    }
  }

  /// What the threads share. Sendable because `body` and `context` are written before the ticket that announces them is
  /// published, and read only by holders of a claimed index, which the publisher waits for.
  private final class Shared: @unchecked Sendable {
    static let limit = 1 << 20
    /// Round number, length and next index of the loop in one word, so that an index is claimed for one loop only.
    let ticket = Atomic<UInt64>(0)
    let done = Atomic<Int>(0)
    let sleepers = Atomic<Int>(0)
    let ending = Atomic<Bool>(false)
    let monitor = Monitor()
    var body: Body = { _, _ in }
    var context = UnsafeRawPointer(bitPattern: 8)
    var round: UInt64 = 0

    static func index(_ ticket: UInt64) -> Int { Int(ticket & 0xF_FFFF) }
    static func length(_ ticket: UInt64) -> Int { Int(ticket >> 20 & 0xF_FFFF) }

    func run(_ count: Int, _ context: UnsafeRawPointer, _ body: @escaping Body) {
      self.body = body
      self.context = context
      done.store(0, ordering: .relaxed)
      round &+= 1
      ticket.store(round << 40 | UInt64(count) << 20, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        monitor.lock()
        monitor.broadcast()
        monitor.unlock()
      }
      work()
      var spins = 0
      while done.load(ordering: .acquiring) < count { Self.pause(&spins) }
    }

    /// Computes indices of the current loop until none is left to claim.
    func work() {
      var seen = ticket.load(ordering: .acquiring)
      while Self.index(seen) < Self.length(seen) {
        let (claimed, now) = ticket.compareExchange(
          expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
        if claimed {
          if let context { body(context, Self.index(seen)) }
          done.add(1, ordering: .releasing)
          seen = ticket.load(ordering: .acquiring)
        } else {
          seen = now
        }
      }
    }

    func serve() {
      var spins = 0
      while !ending.load(ordering: .relaxed) {
        let seen = ticket.load(ordering: .acquiring)
        if Self.index(seen) < Self.length(seen) {
          work()
          spins = 0
        } else if spins < 4000 {
          Self.pause(&spins)
        } else {
          sleep(seen)
          spins = 0
        }
      }
    }

    /// Sleeps until another ticket than `seen` is out.
    func sleep(_ seen: UInt64) {
      monitor.lock()
      sleepers.add(1, ordering: .sequentiallyConsistent)
      while ticket.load(ordering: .sequentiallyConsistent) == seen, !ending.load(ordering: .relaxed) { monitor.wait() }
      sleepers.subtract(1, ordering: .sequentiallyConsistent)
      monitor.unlock()
    }

    func end() {
      monitor.lock()
      ending.store(true, ordering: .sequentiallyConsistent)
      monitor.broadcast()
      monitor.unlock()
    }

    /// Waits a moment; now and then lets another thread of the machine have the core.
    static func pause(_ spins: inout Int) {
      spins += 1
      if spins % 64 == 0 { NativeThread.yield() }
    }
  }
}
