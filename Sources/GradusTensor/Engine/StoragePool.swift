// SPDX-License-Identifier: Apache-2.0
import GradusNative

/// Blocks that were used before, by size class, so that a training step after the first asks the system for none.
struct StoragePool {
  let ledger = MemoryLedger()
  private var free = [[RawStorage]](repeating: [], count: 8 * 48)
  private(set) var freeBytes = 0

  /// Sizes are rounded up to eighths of a power of two: at most 12.5 % more than asked.
  static func roundedSize(_ bytes: Int) -> (size: Int, index: Int) {
    let wanted = max(64, bytes)
    let power = Int.bitWidth - 1 - (wanted - 1).leadingZeroBitCount
    let step = max(8, 1 << max(0, power - 3))
    let size = (wanted + step - 1) / step * step
    return (size, min(8 * 48 - 1, power * 8 + (size - (1 << power)) / max(1, (1 << power) / 8)))
  }

  /// A used block of the class, or a new one; nil when the system grants none.
  mutating func take(_ bytes: Int) -> RawStorage? {
    let (size, index) = Self.roundedSize(bytes)
    if let block = free[index].popLast() {
      freeBytes -= size
      return block
    }
    return RawStorage(byteCount: size, ledger: ledger)
  }

  /// Keeps a block that nobody refers to anymore. Blocks made elsewhere, such as a batch of data, are freed instead: the
  /// pool would grow by one with every batch.
  mutating func put(_ block: consuming RawStorage) {
    let (size, index) = Self.roundedSize(block.byteCount)
    guard block.isRecorded(in: ledger), size == block.byteCount else { return }
    freeBytes += block.byteCount
    free[index].append(block)
  }

  /// Gives everything that is kept back to the system.
  mutating func clear() {
    for index in free.indices { free[index].removeAll(keepingCapacity: true) }
    freeBytes = 0
  }
}
