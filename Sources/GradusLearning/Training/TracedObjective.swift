// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics
public import GradusTensor
import Synchronization

/// A function written in operations on tensors, with the derivatives that every smooth method asks for.
///
///     let rosenbrock = TracedObjective { x in
///       let (a, b) = (x.slice(axis: 0, from: 0, count: 1), x.slice(axis: 0, from: 1, count: 1))
///       return ((1 - a).squared() + 100 * (b - a.squared()).squared()).sum()
///     }
///     let run = try Run(Unconstrained(start: [-1.2, 1]), by: TrustRegionNewton(), asking: rosenbrock)
///     let solution = try await run.finish(until: .measure(below: 1e-9))
///
/// Values, gradients by the walk back over the trace, and ∇²f·d forward over reverse, all in double precision and exact to
/// rounding. One computation at a time: whoever asks meanwhile waits. The same question has the same answer, to the bit,
/// whatever the number of threads.
///
/// Cost of a gradient: two to four times that of the value; of a Hessian product: about twice that of a gradient.
public final class TracedObjective: SecondOrderOracle {
  private let parts: TracedParts

  /// A function of a vector of any length.
  public init(threads: Int = 1, _ function: @escaping @Sendable (TracedTensor) throws -> TracedTensor) {
    parts = TracedParts(nil, threads) { tensors, _ in try function(tensors[0]) }
  }

  /// A function of tensors of these shapes, which lie in the vector one behind the other, each row-major.
  public init(
    of shapes: [TensorShape], threads: Int = 1,
    _ function: @escaping @Sendable ([TracedTensor]) throws -> TracedTensor
  ) {
    precondition(!shapes.isEmpty, "a function has at least one argument")
    parts = TracedParts(shapes, threads) { tensors, _ in try function(tensors) }
  }

  /// f(x). Throws when an operation failed: shapes that do not fit, or a result of several numbers.
  public func value(at point: Vector) async throws -> Double { try parts.value(point, nil) }
  /// f(x) without waiting.
  public func immediateValue(at point: Vector) throws -> Double? { try parts.value(point, nil) }

  /// f(x) and ∇f(x).
  public func linearization(at point: Vector) async throws -> Linearization<Vector> { try parts.gradient(point, nil) }
  /// f(x) and ∇f(x) without waiting.
  public func immediateLinearization(at point: Vector) throws -> Linearization<Vector>? {
    try parts.gradient(point, nil)
  }

  /// ∇²f(x)·d.
  public func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    try parts.product(point, direction)
  }
  /// ∇²f(x)·d without waiting.
  public func immediateHessianProduct(at point: Vector, along direction: Vector) throws -> Vector? {
    try parts.product(point, direction)
  }
}

/// The mean of the terms of a sum, written in operations on tensors.
///
///     f(x) = (1/n) Σᵢ fᵢ(x)
///
/// The function is told which terms are wanted and returns their mean; all of them at once where the whole is asked for.
public final class TracedSum: SecondOrderOracle, FiniteSumOracle {
  /// n.
  public let termCount: Int
  private let parts: TracedParts

  /// `function` takes tensors of these shapes and the numbers of the terms wanted, from 0; nil stands for all.
  public init(
    of shapes: [TensorShape], termCount: Int, threads: Int = 1,
    _ function: @escaping @Sendable ([TracedTensor], _ terms: [Int]?) throws -> TracedTensor
  ) {
    precondition(!shapes.isEmpty && termCount > 0, "a sum has at least one argument and one term")
    self.termCount = termCount
    parts = TracedParts(shapes, threads, function)
  }

  /// f(x).
  public func value(at point: Vector) async throws -> Double { try parts.value(point, nil) }
  /// f(x) without waiting.
  public func immediateValue(at point: Vector) throws -> Double? { try parts.value(point, nil) }

  /// f(x) and ∇f(x).
  public func linearization(at point: Vector) async throws -> Linearization<Vector> { try parts.gradient(point, nil) }
  /// f(x) and ∇f(x) without waiting.
  public func immediateLinearization(at point: Vector) throws -> Linearization<Vector>? {
    try parts.gradient(point, nil)
  }

  /// ∇²f(x)·d.
  public func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    try parts.product(point, direction)
  }
  /// ∇²f(x)·d without waiting.
  public func immediateHessianProduct(at point: Vector, along direction: Vector) throws -> Vector? {
    try parts.product(point, direction)
  }

  /// fᵢ(x) and ∇fᵢ(x).
  public func linearization(ofTerm index: Int, at point: Vector) async throws -> Linearization<Vector> {
    try term(index, point)
  }
  /// The same without waiting.
  public func immediateLinearization(ofTerm index: Int, at point: Vector) throws -> Linearization<Vector>? {
    try term(index, point)
  }

  private func term(_ index: Int, _ point: Vector) throws -> Linearization<Vector> {
    precondition((0..<termCount).contains(index), "there is no term \(index) of \(termCount)")
    return try parts.gradient(point, [index])
  }
}

/// A traced function of the parts of a vector.
private final class TracedParts: Sendable {
  typealias Function = @Sendable ([TracedTensor], [Int]?) throws -> TracedTensor

  /// nil: one vector of whatever length.
  private let shapes: [TensorShape]?
  private let function: Function
  private let engine: Mutex<TensorEngine>

  init(_ shapes: [TensorShape]?, _ threads: Int, _ function: @escaping Function) {
    self.shapes = shapes
    self.function = function
    engine = Mutex(TensorEngine(threads: threads))
  }

  func value(_ point: Vector, _ terms: [Int]?) throws -> Double {
    try engine.withLock { engine in
      let y = try engine.value(of: { try function($0, terms) }, at: split(point))
      guard y.count == 1 else { throw TensorError.notScalar(y.shape) }
      return y.scalar
    }
  }

  func gradient(_ point: Vector, _ terms: [Int]?) throws -> Linearization<Vector> {
    try engine.withLock { engine in
      let (value, gradient) = try engine.gradient(of: { try function($0, terms) }, at: split(point))
      return Linearization(value: value, gradient: joined(gradient))
    }
  }

  func product(_ point: Vector, _ direction: Vector) throws -> Vector {
    try engine.withLock { engine in
      joined(try engine.hvp(of: { try function($0, nil) }, at: split(point), along: split(direction)).product)
    }
  }

  private func split(_ vector: Vector) -> [Tensor] {
    let shapes = shapes ?? [TensorShape([vector.count])]
    let count = shapes.reduce(0) { $0 + $1.count }
    precondition(vector.count == count, "\(vector.count) numbers for tensors of \(count)")
    var start = 0
    return shapes.map { shape in
      defer { start += shape.count }
      return Tensor(Array(vector.elements[start..<start + shape.count]), shape)
    }
  }

  private func joined(_ tensors: [Tensor]) -> Vector { Vector(tensors.flatMap { $0.doubles }) }
}
