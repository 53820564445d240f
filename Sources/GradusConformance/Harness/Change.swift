// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// A change of a problem under which a method may claim to be invariant:
///
///     x ↦ s·P x + c,   f ↦ g(f)          P orthogonal, g strictly increasing
struct Change: Sendable {
  var scale = 1.0
  var shift: Vector
  /// The image of unit vector j is unit vector `order[j]`.
  var order: [Int]
  /// Unit normal of a reflection applied after the permutation; nil for none.
  var normal: Vector?
  var bends = false

  init(_ kind: Invariance, dimension n: Int) {
    var stream = RandomStream(seed: 1).child("change")
    shift = .zeros(n)
    order = Array(0..<n)
    switch kind {
    case .translation: shift = Vector((0..<n).map { _ in Double(stream.integer(below: 17) - 8) / 4 })
    case .scaling: scale = 4
    case .rotation:
      let u = stream.normals(n)
      normal = (1 / u.norm) * u
    case .permutation: order = Array((0..<n).reversed())
    case .monotone: bends = true
    }
  }

  /// True when boxes become boxes.
  var keepsBoxes: Bool { normal == nil }

  private func reflected(_ v: Vector) -> Vector { normal.map { v - (2 * $0.inner(v)) * $0 } ?? v }

  private func permuted(_ v: Vector) -> Vector {
    var image = v
    for j in v.indices { image[order[j]] = v[j] }
    return image
  }

  /// P v.
  func turned(_ v: Vector) -> Vector { reflected(permuted(v)) }

  /// Pᵀ v.
  func turnedBack(_ v: Vector) -> Vector {
    let back = reflected(v)
    return Vector(v.indices.map { back[order[$0]] })
  }

  func image(of x: Vector) -> Vector { scale * turned(x) + shift }
  func preimage(of y: Vector) -> Vector { (1 / scale) * turnedBack(y - shift) }

  func image(of box: Box) -> Box {
    guard keepsBoxes else { return .all(box.dimension) }
    return Box(lower: image(of: box.lower), upper: image(of: box.upper))
  }

  /// g(v) = v + v|v|: strictly increasing, not affine.
  func value(_ v: Double) -> Double { bends ? v + v * abs(v) : v }
  func slope(_ v: Double) -> Double { bends ? 1 + 2 * abs(v) : 1 }
}

/// f(x) of the changed problem, asked of the original one.
struct ChangedValues: ZerothOrderOracle {
  let base: any ZerothOrderOracle<Vector>
  let change: Change
  func value(at point: Vector) async throws -> Double {
    change.value(try await base.value(at: change.preimage(of: point)))
  }
}

struct ChangedGradients: FirstOrderOracle {
  let base: any FirstOrderOracle<Vector>
  let change: Change

  func value(at point: Vector) async throws -> Double {
    try await ChangedValues(base: base, change: change).value(at: point)
  }

  func linearization(at point: Vector) async throws -> Linearization<Vector> {
    let answer = try await base.linearization(at: change.preimage(of: point))
    return Linearization(
      value: change.value(answer.value),
      gradient: (change.slope(answer.value) / change.scale) * change.turned(answer.gradient))
  }
}

/// Second derivatives of changes that leave the values alone.
struct ChangedCurvature: SecondOrderOracle {
  let base: any SecondOrderOracle<Vector>
  let change: Change

  func value(at point: Vector) async throws -> Double {
    try await ChangedValues(base: base, change: change).value(at: point)
  }

  func linearization(at point: Vector) async throws -> Linearization<Vector> {
    try await ChangedGradients(base: base, change: change).linearization(at: point)
  }

  func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    let inner = (1 / change.scale) * change.turnedBack(direction)
    let product = try await base.hessianProduct(at: change.preimage(of: point), along: inner)
    return (1 / change.scale) * change.turned(product)
  }
}

struct ChangedResiduals: ResidualOracle {
  let base: any ResidualOracle
  let change: Change

  func residual(at point: Vector) async throws -> Vector { try await base.residual(at: change.preimage(of: point)) }

  func jacobianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    try await base.jacobianProduct(
      at: change.preimage(of: point), along: (1 / change.scale) * change.turnedBack(direction))
  }

  func jacobianTransposedProduct(at point: Vector, with weights: Vector) async throws -> Vector {
    (1 / change.scale)
      * change.turned(try await base.jacobianTransposedProduct(at: change.preimage(of: point), with: weights))
  }
}
