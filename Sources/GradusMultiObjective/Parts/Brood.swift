// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// Individuals handed out together, and what was heard of them.
///
/// Answers may come in any order; each is matched with the oldest waiting point that equals the one it is about.
struct Brood: Sendable, Codable {
  /// Unit coordinates, row by row.
  let genes: Buffer<Double>
  private let points: [Vector]
  private var outcomes: [Outcomes?]
  private var asked = 0
  private var told = 0
  /// No point before this one waits.
  private var oldest = 0

  init(_ genes: [Double], _ box: SearchBox, first: Vector? = nil) {
    self.genes = Buffer(genes)
    let n = box.dimension
    points = genes.withUnsafeBufferPointer { genes in
      guard let base = genes.baseAddress, n > 0 else { return [] }
      return (0..<genes.count / n).map { i in
        i == 0 ? first ?? box.point(base) : box.point(base + i * n)
      }
    }
    outcomes = [Outcomes?](repeating: nil, count: points.count)
  }

  var count: Int { points.count }
  var isComplete: Bool { told == points.count }

  /// The next point to ask about; nil when all are handed out.
  mutating func next() -> Vector? {
    guard asked < points.count else { return nil }
    asked += 1
    return points[asked - 1]
  }

  /// True when the answer belongs to this brood.
  mutating func hear(_ answer: Outcomes, at point: Vector) -> Bool {
    guard let i = (oldest..<asked).first(where: { outcomes[$0] == nil && points[$0] == point })
    else { return false }
    outcomes[i] = answer
    told += 1
    while oldest < asked, outcomes[oldest] != nil { oldest += 1 }
    return true
  }

  /// What was heard of individual i; without objectives before that.
  func outcomes(of i: Int) -> Outcomes { outcomes[i] ?? Outcomes(objectives: []) }
}
