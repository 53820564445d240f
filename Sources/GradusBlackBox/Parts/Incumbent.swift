// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The best point heard of. Values that are not finite numbers are failed evaluations and never the best.
struct Incumbent: Sendable, Codable {
  private(set) var point: Vector
  /// nil before the first finite value.
  private(set) var value: Double?

  /// Without a value: the start, or else the middle of the box.
  init(_ problem: BoxConstrained) {
    point = problem.domain.projection(of: problem.start ?? problem.domain.middle)
  }

  /// True when the point became the best. Of equal values the first stays.
  @discardableResult
  mutating func hear(_ answer: Double, at candidate: borrowing Vector) -> Bool {
    guard answer.isFinite, answer < value ?? .infinity else { return false }
    value = answer
    point = copy candidate
    return true
  }

  func report(claim: Claim? = nil) -> Report<Vector> { Report(point: point, value: value, claim: claim) }
}

extension Box {
  /// The center; 0, or the nearest number inside, in coordinates with an infinite side.
  var middle: Vector {
    Vector(
      lower.indices.map { i in
        let (l, u) = (lower[i], upper[i])
        return l.isFinite && u.isFinite ? l + (u - l) / 2 : min(max(0, l), u)
      })
  }
}
