// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Synchronization

/// How many bytes the blocks of one owner take now, and took at most.
public final class MemoryLedger: Sendable {
  private let current = Atomic<Int>(0)
  private let highest = Atomic<Int>(0)
  private let count = Atomic<Int>(0)

  /// A ledger without entries.
  public init() {}

  /// Bytes in blocks that are alive.
  public var inUse: Int { current.load(ordering: .relaxed) }

  /// The largest value of `inUse` since `resetPeak()`.
  public var peak: Int { highest.load(ordering: .relaxed) }

  /// How many blocks were asked of the system so far.
  public var allocations: Int { count.load(ordering: .relaxed) }

  /// Lets `peak` begin at `inUse`.
  public func resetPeak() { highest.store(inUse, ordering: .relaxed) }

  fileprivate func add(_ bytes: Int) {
    let now = current.add(bytes, ordering: .relaxed).newValue
    if bytes > 0 {
      highest.max(now, ordering: .relaxed)
      count.add(1, ordering: .relaxed)
    }
  }
}

/// A block of memory for plain numbers, aligned to a cache line, freed with its last reference.
///
/// Tensors share blocks. Sendable although it is memory: whoever allocates a block fills it before it hands the reference
/// on, and writes later only while it holds the only reference.
public final class RawStorage: @unchecked Sendable {
  /// The first byte; a multiple of 64.
  public let address: UnsafeMutableRawPointer
  /// How many bytes there are.
  public let byteCount: Int
  private let ledger: MemoryLedger?

  /// A block of `byteCount` bytes whose content is undefined; nil when the system grants none.
  public init?(byteCount: Int, ledger: MemoryLedger? = nil) {
    var block: UnsafeMutableRawPointer?
    guard posix_memalign(&block, 64, max(64, byteCount)) == 0, let block else { return nil }
    address = block
    self.byteCount = byteCount
    self.ledger = ledger
    ledger?.add(byteCount)
  }

  /// Whether its bytes are in `ledger`.
  public func isRecorded(in ledger: MemoryLedger) -> Bool { self.ledger === ledger }

  deinit {
    free(address)
    ledger?.add(-byteCount)
  }
}
