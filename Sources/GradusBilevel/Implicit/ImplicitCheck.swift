// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
public import GradusNumerics

/// Finite differences against an optimality map and the derivative made of it.
///
///     products   ∂₁F·d against (F(x + hd) − F(x − hd))/2h, and ∂₂F·t likewise
///     adjoint    wᵀ(∂₁F·d) against (∂₁Fᵀw)ᵀd, and likewise for ∂₂F
///     structure  wᵀ(∂₁F·d) against dᵀ(∂₁F·w), and the sign of dᵀ(∂₁F·d), where the map claims them
///     solver     ∂x*·t against (x*(θ + ht) − x*(θ − ht))/2h of a solver that is run again
public struct ImplicitCheck: Sendable, Hashable {
  /// Largest relative errors over all directions tried; `solver` is nil when there was none to run.
  public private(set) var products = 0.0
  public private(set) var adjoint = 0.0
  public private(set) var structure = 0.0
  public private(set) var solver: Double?

  /// Tries `directions` random directions of each kind around (x, θ).
  ///
  /// `resolve` solves for other parameters, as exactly as it can: its errors are divided by h. Throws what the map, the solver
  /// and the derivative throw.
  public init(
    _ map: some OptimalityMap, at x: Vector, parameters: Vector, directions: Int = 3, seed: UInt64 = 1,
    step: Double = 1e-5, options: ImplicitOptions = ImplicitOptions(),
    resolve: (@Sendable (_ parameters: Vector) async throws -> Vector)? = nil
  ) async throws {
    let here = try await map.linearization(at: x, parameters: parameters)
    var random = RandomStream(seed: seed).child("implicit check")
    for _ in 0..<directions {
      let (d, t, w) = (random.normals(x.count), random.normals(parameters.count), random.normals(x.count))
      let (image, shift) = (here.bySolution.applied(to: d), here.byParameters.applied(to: t))
      let moved = try await Differences.along(d, from: x) { try await map.residual(at: $0, parameters: parameters) }
      let steered = try await Differences.along(t, from: parameters) { try await map.residual(at: x, parameters: $0) }
      products.raise(Self.error(image, moved, noise: 1e-9 * d.norm))
      products.raise(Self.error(shift, steered, noise: 1e-9 * t.norm))
      adjoint.raise(Self.mismatch(w, image, here.bySolution.transposedApplied(to: w), d))
      adjoint.raise(Self.mismatch(w, shift, here.byParameters.transposedApplied(to: w), t))
      guard here.structure.isSymmetric else { continue }
      structure.raise(Self.mismatch(w, image, here.bySolution.applied(to: w), d))
      let curvature = here.structure.definiteSign * d.inner(image)
      if here.structure.definiteSign != 0, curvature <= 0 { structure = max(structure, 1) }
    }
    guard let resolve else { return }
    let derivative = try await ImplicitDerivative(of: map, at: x, parameters: parameters, options: options)
    var largest = 0.0
    for _ in 0..<directions {
      let t = random.normals(parameters.count)
      let moved = try await Differences.along(t, from: parameters, step: step) { try await resolve($0) }
      largest.raise(Self.error(try derivative.push(t).value, moved, noise: 1e-12 / step * t.norm))
    }
    solver = largest
  }

  /// What is wrong, one line each; empty when all is well.
  public func violations(productTolerance: Double = 1e-5, solverTolerance: Double = 1e-4) -> [String] {
    var found: [String] = []
    func judge(_ error: Double, _ tolerance: Double, _ what: String) {
      if !(error <= tolerance) { found.append("\(what) (relative error \(ImplicitError.short(error)))") }
    }
    judge(products, productTolerance, "products of the Jacobians differ from differences of the map")
    judge(adjoint, 1e-8, "products with a transposed Jacobian belong to another matrix")
    judge(structure, 1e-8, "the Jacobian is not as symmetric or definite as the map says")
    if let solver { judge(solver, solverTolerance, "the derivative differs from differences of the solver") }
    return found
  }

  /// |a − b| beyond the rounding of differences, relative to the larger vector.
  private static func error(_ a: Vector, _ b: Vector, noise: Double) -> Double {
    let difference = (a - b).norm - noise
    return difference <= 0 ? 0 : difference / max(a.norm, b.norm)
  }

  /// wᵀy against zᵀd.
  private static func mismatch(_ w: Vector, _ y: Vector, _ z: Vector, _ d: Vector) -> Double {
    let scale = w.norm * y.norm + z.norm * d.norm
    return scale == 0 ? 0 : abs(w.inner(y) - z.inner(d)) / scale
  }
}

extension Double {
  /// The larger of the two; NaN stays.
  fileprivate mutating func raise(_ other: Double) { self = isNaN || other.isNaN ? .nan : Swift.max(self, other) }
}
