// SPDX-License-Identifier: Apache-2.0
package import GradusCore
package import GradusNumerics

/// What every descent in a box knows of the point it has come to.
package protocol BoxIterate {
  var box: Box { get }
  var x: Vector { get }
  /// f(x) and ∇f(x); nil before the first answer.
  var here: Linearization<Vector>? { get }
  /// |x − P(x − ∇f(x))|.
  var measure: Double? { get }
  var claim: Claim? { get }
}

extension BoxIterate {
  /// What is claimed where nothing lowers f any more.
  var claimAtRest: Claim {
    guard let here, let measure else { return .failed }
    return measure <= 1e-6 * max(1, abs(here.value)) ? .stationary : .stalled
  }

  /// The last accepted point with |x − P(x − ∇f(x))| as measure.
  var report: Report<Vector> { Report(point: x, value: here?.value, measure: measure, claim: claim) }
}

extension Box {
  /// |x − P(x − g)| for a point of the box.
  func pull(of gradient: Vector, at x: Vector) -> Double {
    var square = 0.0
    for i in x.indices {
      let back = x[i] - min(max(x[i] - gradient[i], lower[i]), upper[i])
      square += back * back
    }
    return square.squareRoot()
  }
}
