// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// The points of a Sobol sequence in Gray-code order, each from the one before by one exclusive-or a coordinate:
///
///     xₖ₊₁ = xₖ ⊕ v_c,   c = the number of trailing ones of k
///
/// With a digital shift xₖ ⊕ s, s random, every point is uniform on [0, 1)ⁿ and the evenness of the set is kept.
///
/// **Reference** I. A. Antonov & V. M. Saleev, USSR Comput. Math. Math. Phys. 19 (1980).
package struct SobolSequence: Sendable, Codable {
  package let dimension: Int
  private var bits: Buffer<UInt64>
  private var count: UInt64 = 0
  private let directions: Buffer<UInt64>

  package init(dimension: Int, shift: inout RandomStream) {
    self.init(dimension: dimension)
    for i in 0..<dimension { bits[i] = shift.next() >> UInt64(64 - SobolDirections.bits) }
  }

  /// The plain sequence, whose first point is 0.
  package init(dimension: Int) {
    self.dimension = dimension
    directions = Buffer(SobolDirections.directions(dimension))
    bits = Buffer(repeating: 0, count: dimension)
  }

  /// The next point of [0, 1)ⁿ.
  package mutating func next() -> Vector {
    let point = Vector(bits.elements.map { Double($0) * 0x1p-52 })
    let c = min((~count).trailingZeroBitCount, SobolDirections.bits - 1)
    for i in 0..<dimension { bits[i] ^= directions[i * SobolDirections.bits + c] }
    count &+= 1
    return point
  }
}
