// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension Vector {
  /// x + t·d.
  func moved(_ t: Double, along d: Vector) -> Vector {
    Vector(
      [Double](unsafeUninitializedCapacity: count) { target, initialized in
        elements.withUnsafeBufferPointer { x in
          d.elements.withUnsafeBufferPointer { d in
            precondition(d.count == x.count, "a direction must have the dimension of the point")
            for i in 0..<x.count { target[i] = x[i] + t * d[i] }
          }
        }
        initialized = count
      })
  }

  /// True when x + t·d rounds to x in every coordinate.
  func isFixed(under t: Double, along d: Vector) -> Bool { indices.allSatisfy { self[$0] + t * d[$0] == self[$0] } }
}

extension Linearization where Point == Vector {
  /// True when the value and every entry of the gradient are finite numbers.
  var isFinite: Bool { value.isFinite && gradient.isFinite }
}

extension Linearization where Point == Vector {
  /// What a method claims that cannot improve on this point: stationarity where the gradient is small beside the value.
  var claimAtRest: Claim { gradient.norm <= 1e-6 * max(1, abs(value)) ? .stationary : .stalled }
}
