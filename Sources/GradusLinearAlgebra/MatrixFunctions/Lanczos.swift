// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Extreme eigenvalues of a symmetric operator known by its products, Hessians above all.
///
///     q₁ random,   w = A·qⱼ − βⱼ₋₁qⱼ₋₁,  αⱼ = wᵀqⱼ,  w ← w − αⱼqⱼ,  w made orthogonal to all q twice,  βⱼ = ‖w‖,  qⱼ₊₁ = w/βⱼ
///     T = tridiag(β, α, β) = S·diag(θ)·Sᵀ,       |λ − θᵢ| ≤ βₖ·|Sₖᵢ| for some eigenvalue λ
///
/// Extreme Ritz values θ converge first. An invariant space, βⱼ = 0, ends the iteration with exact values.
///
/// Cost: k products and 4nk² multiplications; n·k numbers are kept, and n for each vector that is wanted. Reference: Golub & Van Loan, *Matrix Computations*, 4th
/// ed., §10.1 and §10.3; for networks, B. Ghorbani, S. Krishnan & Y. Xiao, ICML 2019.
public struct Lanczos: Sendable {
  /// θ, ascending.
  public let values: Vector
  /// βₖ·|Sₖᵢ|: how far the nearest eigenvalue can be from each.
  public let errors: Vector
  /// Ritz vectors in the order of the values: columns. Those of the largest values where not all of them were wanted.
  public let vectors: Matrix

  /// At most `steps` products of a space of `count` dimensions. Throws what the product throws, and `notFinite`.
  ///
  /// `vectorCount` vectors, those of the largest values, are made; all of them where it is nil.
  public init(
    count: Int, steps: Int, random: RandomStream, vectorCount: Int? = nil, product: (Vector) throws -> Vector
  ) throws {
    precondition(count > 0 && steps > 0, "\(steps) steps of Lanczos in \(count) dimensions")
    precondition(vectorCount ?? 0 >= 0, "\(vectorCount ?? 0) vectors of Lanczos")
    var random = random
    var q = [Lanczos.unit(Vector((0..<count).map { _ in random.normal() }))]
    var (alpha, beta) = ([Double](), [Double]())
    var scale = 0.0
    for j in 0..<min(steps, count) {
      var w = try product(q[j])
      precondition(w.count == count, "the product of an operator on \(count) numbers has \(w.count)")
      guard w.isFinite else { throw FactorizationError.notFinite }
      alpha.append(Lanczos.inner(w, q[j]))
      scale = max(scale, w.norm)
      for _ in 0..<2 {
        for v in q { Lanczos.subtract(Lanczos.inner(w, v), v, from: &w) }
      }
      beta.append(w.norm)
      guard beta[j] > 1e-13 * scale, j + 1 < min(steps, count) else { break }
      q.append(Lanczos.unit(w))
    }
    let k = alpha.count
    var t = Matrix(rowCount: k, columnCount: k)
    for j in 0..<k {
      t[j, j] = alpha[j]
      if j + 1 < k {
        t[j, j + 1] = beta[j]
        t[j + 1, j] = beta[j]
      }
    }
    let eigen = try SymmetricEigen(t)
    values = eigen.values
    errors = Vector((0..<k).map { beta[k - 1] * abs(eigen.vectors[k - 1, $0]) })
    let wanted = min(vectorCount ?? k, k)
    var found = Matrix(rowCount: count, columnCount: wanted)
    for j in 0..<k {
      for v in 0..<wanted {
        let share = eigen.vectors[j, k - wanted + v]
        for i in 0..<count { found.elements[i + v * count] += share * q[j][i] }
      }
    }
    vectors = found
  }

  /// The largest Ritz value, never above the largest eigenvalue.
  public var largest: Double { values[values.count - 1] }

  static func inner(_ x: Vector, _ y: Vector) -> Double { dot(x.elements.span, y.elements.span) }

  static func unit(_ x: Vector) -> Vector {
    let norm = x.norm
    return Vector(x.elements.map { $0 / norm })
  }

  static func subtract(_ s: Double, _ v: Vector, from w: inout Vector) {
    for i in 0..<w.count { w[i] -= s * v[i] }
  }
}
