// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Which observations make the next minibatch: every one once an epoch, in an order drawn anew for each.
///
/// A value that is saved with a run: a resumed one goes on with the very next batch. The order of an epoch depends on the
/// seed and the number of the epoch alone.
public struct BatchOrder: Sendable, Codable, Hashable {
  /// Number of observations.
  public let count: Int
  /// Observations in a batch; the last of an epoch may be smaller unless it is dropped.
  public let size: Int
  public let dropsLast: Bool
  /// Whether an epoch is permuted at all.
  public let isShuffled: Bool
  private let stream: RandomStream
  /// Of the next batch, from 0.
  public private(set) var epoch = 0
  /// Observations of the epoch that were given out.
  public private(set) var position = 0
  /// The permutation of this epoch; made again where it was not saved.
  private var order: [Int]?

  public init(count: Int, size: Int, stream: RandomStream, isShuffled: Bool = true, dropsLast: Bool = false) {
    precondition(count > 0 && size > 0, "minibatches of \(size) of \(count) observations")
    precondition(!dropsLast || size <= count, "no batch of \(size) can be made of \(count) observations")
    self.count = count
    self.size = size
    self.stream = stream
    self.isShuffled = isShuffled
    self.dropsLast = dropsLast
  }

  /// Batches of an epoch.
  public var batchesPerEpoch: Int { dropsLast ? count / size : (count + size - 1) / size }

  /// The next batch, by position in the data. Cost: its size, and a permutation at the begin of an epoch.
  public mutating func next() -> [Int] {
    let permutation = order ?? permutation(of: epoch)
    let end = min(position + size, count)
    let batch = Array(permutation[position..<end])
    position = end
    order = permutation
    if position == count || dropsLast && position + size > count {
      position = 0
      epoch += 1
      order = nil
    }
    return batch
  }

  private func permutation(of epoch: Int) -> [Int] {
    guard isShuffled else { return Array(0..<count) }
    var stream = stream.child("epoch", epoch)
    return stream.permutation(count)
  }

  private enum CodingKeys: CodingKey { case count, size, dropsLast, isShuffled, stream, epoch, position }
}
