// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// How near ∂₁F is to a singular matrix.
///
///     σ_max ≥ |A·v|/|v| by power iteration;   σ_min ≤ |A·z|/|z| by inverse iteration, |Aᵀr|/|r| for what is left over
///
/// Both quotients bound σ_min from above whatever the solver did, so that a singular matrix is never called regular for lack
/// of iterations.
struct SmallestSingularValue {
  private(set) var smallest = Double.infinity
  private(set) var largest = 0.0
  private(set) var counts = OperationCounts()

  /// Two rounds of inverse iteration with factors, one system with an iterative solver, LSQR where that does not end well.
  init(_ system: ImplicitSystem, threshold: Double) throws(ImplicitError) {
    let n = system.a.rowCount
    var random = RandomStream(seed: 0x1ac0_b1a7)
    let start = random.normals(n)
    var v = (1 / max(start.norm, .leastNormalMagnitude)) * start
    for _ in 0..<6 {
      let image = product(system.a, v)
      guard image.isFinite else { throw .notFinite("the Jacobian of the map with respect to the solution") }
      largest = max(largest, image.norm)
      let back = transposedProduct(system.a, image)
      guard back.norm > 0 else { break }
      v = (1 / back.norm) * back
    }
    guard n > 0 else { return }
    let rounds: Int
    switch system.solver {
    case .own, .lu, .svd: rounds = 4
    default: rounds = 1
    }
    var b = random.normals(n)
    for _ in 0..<rounds {
      let found = system.attempt(b, transposed: false, tolerance: 1e-8)
      counts.add(found.counts)
      guard found.solution.isFinite, found.residual <= 1e-4 else {
        bound(byLeastSquaresOf: b, system)
        break
      }
      note(system, found.solution)
      guard rounds > 1 else { break }
      let back = system.attempt((1 / found.solution.norm) * found.solution, transposed: true, tolerance: 1e-8)
      counts.add(back.counts)
      guard back.solution.isFinite, back.solution.norm > 0 else { break }
      b = (1 / back.solution.norm) * back.solution
    }
    if smallest <= threshold * largest, n <= 1000, let exact = try? SingularValues(system.a.assembled) {
      (smallest, largest) = (exact.values.elements.last ?? 0, exact.values.elements.first ?? 0)
    }
  }

  /// |A·z|/|z|.
  private mutating func note(_ system: ImplicitSystem, _ z: Vector) {
    guard z.norm > 0 else { return }
    smallest = min(smallest, product(system.a, z).norm / z.norm)
  }

  private mutating func product(_ a: any AdjointOperator, _ x: Vector) -> Vector {
    counts.products += 1
    counts.operations += a.operationsPerProduct
    return a.applied(to: x)
  }

  private mutating func transposedProduct(_ a: any AdjointOperator, _ y: Vector) -> Vector {
    counts.transposedProducts += 1
    counts.operations += a.operationsPerProduct
    return a.transposedApplied(to: y)
  }

  private mutating func bound(byLeastSquaresOf b: Vector, _ system: ImplicitSystem) {
    var iteration = LeastSquaresQR(rightHandSide: b, columnCount: b.count, relative: 1e-13)
    let a = system.a
    while iteration.status == .running, iteration.iterations < min(4 * b.count + 100, 5_000) { iteration.step(a) }
    counts.add(iteration.counts)
    note(system, iteration.solution)
    let r = b - product(a, iteration.solution)
    guard r.isFinite, r.norm > 1e-6 * b.norm else { return }
    smallest = min(smallest, transposedProduct(a, r).norm / r.norm)
  }
}

extension OperationCounts {
  mutating func add(_ other: OperationCounts) {
    products += other.products
    transposedProducts += other.transposedProducts
    preconditionings += other.preconditionings
    sweeps += other.sweeps
    operations += other.operations
  }
}
