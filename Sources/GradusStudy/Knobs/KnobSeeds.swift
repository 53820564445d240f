// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Seeds for tuning and for testing what was tuned, which never meet.
///
///     tuning: 2·b, testing: 2·b + 1,  b of 30 random bits, no one twice
///
/// Tuning seeds are even and test seeds odd, so no number of either, and no later call with more of them, brings them together.
/// They are below 2³¹, which every solver takes for a seed.
public struct KnobSeeds: Sendable, Hashable {
  public let tuning: [UInt64]
  public let test: [UInt64]

  /// The first seeds of each kind; more of them begin with the same ones.
  public init(seed: UInt64, tuning: Int, test: Int) {
    let stream = RandomStream(seed: seed)
    self.tuning = Self.draw(tuning, from: stream.child("knobs: tuning seeds"), last: 0)
    self.test = Self.draw(test, from: stream.child("knobs: test seeds"), last: 1)
  }

  private static func draw(_ count: Int, from stream: RandomStream, last: UInt64) -> [UInt64] {
    var (stream, seeds, known) = (stream, [UInt64](), Set<UInt64>())
    while seeds.count < count {
      let seed = (stream.next() >> 34) * 2 + last
      if known.insert(seed).inserted { seeds.append(seed) }
    }
    return seeds
  }

  /// Which of `count` problems are held out when nobody says: none of up to three, otherwise a quarter, and at least five
  /// where there are ten or more; in ascending order.
  public static func heldOut(of count: Int, seed: UInt64) -> [Int] {
    guard count >= 4 else { return [] }
    var stream = RandomStream(seed: seed).child("knobs: problems held out")
    var places = Array(0..<count)
    for place in places.indices.dropLast() {
      places.swapAt(place, place + stream.integer(below: count - place))
    }
    return places.prefix(max(count / 4, count >= 10 ? 5 : 1)).sorted()
  }
}
