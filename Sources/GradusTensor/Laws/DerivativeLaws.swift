// SPDX-License-Identifier: Apache-2.0
package import GradusNumerics

/// The laws every differentiable function of tensors obeys, checked in double precision at random points.
///
/// Directional: ⟨∇⟨f, w⟩, d⟩ agrees with a central difference. Adjoint: ⟨Jv, w⟩ = ⟨v, Jᵀw⟩ to rounding. The recorded way
/// back gives what the fast one gives. Curvature: the gradient of ⟨∇, d⟩, and the tangent of ∇ along d, agree with a
/// central difference of gradients. Symmetry: ⟨u, Hv⟩ = ⟨v, Hu⟩. What must not depend on how a computation is carried out
/// is in `computationViolations`.
package struct DerivativeLaws {
  package enum Law: String, Sendable, CaseIterable {
    case directional, adjoint, recorded, reverseOverReverse, forwardOverReverse, symmetry
    case threads, precision, layout, part, memory
  }

  /// One law that was broken, and by how much.
  package struct Violation: Sendable, CustomStringConvertible {
    package let law: Law
    package let expected: Double
    package let found: Double
    package var description: String { "\(law.rawValue): expected \(expected), found \(found)" }
  }

  package typealias Function = ([TracedTensor]) -> TracedTensor

  let engine: TensorEngine
  let function: Function

  package init(engine: TensorEngine, _ function: @escaping Function) {
    self.engine = engine
    self.function = function
  }

  /// Which laws are broken at `point`; `second` includes those of second order. `step` is that of the differences.
  package func violations(
    at point: [Tensor], seed: UInt64 = 1, second: Bool = true, step: Double = 1e-5, tolerance: Double = 1e-6
  ) throws -> [Violation] {
    var random = RandomStream(seed: seed)
    let directions = point.map { Self.sample($0.shape, &random) }
    let weight = Self.sample(try value(at: point).shape, &random)
    var found: [Violation] = []
    func check(_ law: Law, _ expected: Double, _ value: Double, _ tolerance: Double) {
      if !((expected - value).magnitude <= tolerance * max(1, expected.magnitude)) {
        found.append(Violation(law: law, expected: expected, found: value))
      }
    }
    let eager = try gradient(at: point, weight)
    let slope = Self.dot(eager, directions)
    let plus = Self.dot([try value(at: Self.moved(point, directions, step))], [weight])
    let minus = Self.dot([try value(at: Self.moved(point, directions, -step))], [weight])
    check(.directional, (plus - minus) / (2 * step), slope, tolerance)

    let tape = TensorTape(engine: engine)
    let xs = point.enumerated().map { tape.parameter("x\($0.offset)", $0.element) }
    let y = function(xs)
    let tangents = zip(xs, directions).map { (node: $0, tangent: tape.constant($1)) }
    let moved = tape.tangents(of: [y], along: tangents)[0]
    check(.adjoint, slope, Self.dot([try moved.value], [weight]), 1e-9)
    let recorded = tape.gradients(of: y, for: xs, cotangent: tape.constant(weight))
    for (a, b) in zip(try recorded.map { try $0.value }, eager) {
      let probe = Self.sample(a.shape, &random)
      check(.recorded, Self.dot([b], [probe]), Self.dot([a], [probe]), 1e-9)
    }
    guard second else { return found }
    let probes = point.map { Self.sample($0.shape, &random) }
    let forward = Self.dot(try gradient(at: Self.moved(point, directions, step), weight), probes)
    let backward = Self.dot(try gradient(at: Self.moved(point, directions, -step), weight), probes)
    let curvature = (forward - backward) / (2 * step)
    let turned = tape.tangents(of: recorded, along: tangents)
    check(.forwardOverReverse, curvature, Self.dot(try turned.map { try $0.value }, probes), tolerance)
    var total = tape.constant(Tensor(repeating: 0, [], .double))
    for (gradient, direction) in zip(recorded, directions) {
      total = total + (gradient * tape.constant(direction)).sum()
    }
    let again = tape.gradients(of: total, for: xs)
    check(.reverseOverReverse, curvature, Self.dot(try again.map { try $0.value }, probes), tolerance)
    let bent = try turned.map { try $0.value }
    let back = tape.tangents(of: recorded, along: zip(xs, probes).map { (node: $0, tangent: tape.constant($1)) })
    check(.symmetry, Self.dot(bent, probes), Self.dot(try back.map { try $0.value }, directions), 1e-9)
    return found
  }

  private func value(at point: [Tensor]) throws -> Tensor {
    let tape = TensorTape(engine: engine)
    return try function(point.map { tape.constant($0) }).value.copied(to: .double)
  }

  private func gradient(at point: [Tensor], _ weight: Tensor) throws -> [Tensor] {
    let tape = TensorTape(engine: engine)
    let xs = point.enumerated().map { tape.parameter("x\($0.offset)", $0.element) }
    let gradients = try tape.backward(from: function(xs), cotangent: weight)
    return zip(xs, point).map { x, value in
      gradients[x]?.copied(to: .double) ?? Tensor(repeating: 0, value.shape, .double)
    }
  }

  /// Independent numbers between −1 and 1.
  package static func sample(_ shape: TensorShape, _ random: inout RandomStream) -> Tensor {
    Tensor((0..<shape.count).map { _ in 2 * Double(random.next() >> 11) * 0x1p-53 - 1 }, shape)
  }

  private static func moved(_ point: [Tensor], _ directions: [Tensor], _ step: Double) -> [Tensor] {
    zip(point, directions).map { x, d in Tensor(zip(x.doubles, d.doubles).map { $0 + step * $1 }, x.shape) }
  }

  private static func dot(_ a: [Tensor], _ b: [Tensor]) -> Double {
    zip(a, b).reduce(0) { $0 + zip($1.0.doubles, $1.1.doubles).reduce(0) { $0 + $1.0 * $1.1 } }
  }
}
