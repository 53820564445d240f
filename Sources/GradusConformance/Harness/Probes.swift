// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The oracle with a listener in between; the oracle itself where the harness knows no probe for it.
func probing(_ base: any Sendable, _ listener: Listener) -> any Sendable {
  switch base {
  case let base as any HeldOutOracle<Buffer<Float>> & ZerothOrderOracle<Buffer<Float>>:
    TrainingProbe(base: base, listener: listener)
  case let base as any SecondOrderOracle<Vector> & FiniteSumOracle:
    TermProbe(curve: CurveProbe(base: base, listener: listener), base: base)
  case let base as any SecondOrderOracle<Vector> & ResidualOracle:
    CurvedResidualProbe(curve: CurveProbe(base: base, listener: listener), base: base)
  case let base as any ResidualOracle: ResidualProbe(base: base, listener: listener)
  case let base as any SecondOrderOracle<Vector>: CurveProbe(base: base, listener: listener)
  case let base as any FirstOrderOracle<Vector>: GradientProbe(base: base, listener: listener)
  case let base as any StochasticOracle<Vector> & ZerothOrderOracle<Vector>:
    SampleProbe(value: ValueProbe(base: base, listener: listener), base: base)
  case let base as any FidelityOracle<Vector> & ZerothOrderOracle<Vector>:
    PricedProbe(value: ValueProbe(base: base, listener: listener), base: base)
  case let base as any ZerothOrderOracle<Vector>: ValueProbe(base: base, listener: listener)
  case let base as any PreferenceOracle<Vector>: RankProbe(base: base, listener: listener)
  case let base as any VectorOracle<Vector>: ObjectivesProbe(base: base, listener: listener)
  case let base as any SearchOracle: SearchProbe(base: base, listener: listener)
  case let base as any ConstraintOracle: ConstraintProbe(base: base, listener: listener)
  case let base as any FidelityOracle<Vector>: FidelityProbe(base: base, listener: listener)
  case let base as any FederatedOracle<Vector>: ClientProbe(base: base, listener: listener)
  case let base as any BehaviorOracle<Vector>: BehaviorProbe(base: base, listener: listener)
  case let base as any LinearProgramOracle: ProgramProbe(base: base, listener: listener)
  default: base
  }
}

/// True when the harness hears every question put to this oracle.
func canListen(to base: any Sendable) -> Bool {
  base is any ZerothOrderOracle<Vector> || base is any ResidualOracle || base is any PreferenceOracle<Vector>
    || base is any HeldOutOracle<Buffer<Float>> || base is any VectorOracle<Vector> || base is any ConstraintOracle
    || base is any LinearProgramOracle || base is any FidelityOracle<Vector>
    || base is any FederatedOracle<Vector> || base is any BehaviorOracle<Vector>
}

struct ValueProbe: ZerothOrderOracle {
  let base: any ZerothOrderOracle<Vector>
  let listener: Listener

  func value(at point: Vector) async throws -> Double {
    let fault = try listener.hear([point])
    await listener.arrive()
    return fault.spoil(try await base.value(at: point))
  }

  func immediateValue(at point: Vector) throws -> Double? {
    guard listener.immediate, let value = try base.immediateValue(at: point) else { return nil }
    return try listener.hear([point]).spoil(value)
  }
}

/// What a probe of gradients adds to one of values.
protocol GradientListening: FirstOrderOracle where Point == Vector {
  associatedtype Base
  var first: any FirstOrderOracle<Vector> { get }
  var listener: Listener { get }
}

extension GradientListening {
  func value(at point: Vector) async throws -> Double {
    try await ValueProbe(base: first, listener: listener).value(at: point)
  }

  func immediateValue(at point: Vector) throws -> Double? {
    try ValueProbe(base: first, listener: listener).immediateValue(at: point)
  }

  func linearization(at point: Vector) async throws -> Linearization<Vector> {
    let fault = try listener.hear([point])
    await listener.arrive()
    let answer = try await first.linearization(at: point)
    return Linearization(value: fault.spoil(answer.value), gradient: fault.spoil(answer.gradient))
  }

  func immediateLinearization(at point: Vector) throws -> Linearization<Vector>? {
    guard listener.immediate, let answer = try first.immediateLinearization(at: point) else { return nil }
    let fault = try listener.hear([point])
    return Linearization(value: fault.spoil(answer.value), gradient: fault.spoil(answer.gradient))
  }
}

struct GradientProbe: GradientListening {
  typealias Base = any FirstOrderOracle<Vector>
  let base: any FirstOrderOracle<Vector>
  let listener: Listener
  var first: any FirstOrderOracle<Vector> { base }
}

struct CurveProbe: GradientListening, SecondOrderOracle {
  typealias Base = any SecondOrderOracle<Vector>
  let base: any SecondOrderOracle<Vector>
  let listener: Listener
  var first: any FirstOrderOracle<Vector> { base }

  func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    let fault = try listener.hear([point])
    await listener.arrive()
    return fault.spoil(try await base.hessianProduct(at: point, along: direction))
  }

  func immediateHessianProduct(at point: Vector, along direction: Vector) throws -> Vector? {
    guard listener.immediate, let product = try base.immediateHessianProduct(at: point, along: direction) else {
      return nil
    }
    return try listener.hear([point]).spoil(product)
  }

  func hessianMatrix(at point: Vector) async throws -> Vector {
    let fault = try listener.hear([point])
    await listener.arrive()
    return fault.spoil(try await base.hessianMatrix(at: point))
  }

  func immediateHessianMatrix(at point: Vector) throws -> Vector? {
    guard listener.immediate, let matrix = try base.immediateHessianMatrix(at: point) else { return nil }
    return try listener.hear([point]).spoil(matrix)
  }

  func hessianBlock(at point: Vector, of block: [Int]) async throws -> SparseMatrix {
    let fault = try listener.hear([point])
    await listener.arrive()
    var answer = try await base.hessianBlock(at: point, of: block)
    answer.values = answer.values.map { fault.spoil($0) }
    return answer
  }

  func immediateHessianBlock(at point: Vector, of block: [Int]) throws -> SparseMatrix? {
    guard listener.immediate, var answer = try base.immediateHessianBlock(at: point, of: block) else { return nil }
    let fault = try listener.hear([point])
    answer.values = answer.values.map { fault.spoil($0) }
    return answer
  }
}

struct ResidualProbe: ResidualOracle {
  let base: any ResidualOracle
  let listener: Listener

  func residual(at point: Vector) async throws -> Vector {
    let fault = try listener.hear([point])
    return fault.spoil(try await base.residual(at: point))
  }

  func jacobianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    let fault = try listener.hear([point])
    return fault.spoil(try await base.jacobianProduct(at: point, along: direction))
  }

  func jacobianTransposedProduct(at point: Vector, with weights: Vector) async throws -> Vector {
    let fault = try listener.hear([point])
    return fault.spoil(try await base.jacobianTransposedProduct(at: point, with: weights))
  }

  func linearizedResidual(at point: Vector) async throws -> LinearizedResidual {
    let fault = try listener.hear([point])
    let answer = try await base.linearizedResidual(at: point)
    return LinearizedResidual(residual: fault.spoil(answer.residual), jacobian: fault.spoil(answer.jacobian))
  }
}

/// Residuals that also tell their half sum of squares with two derivatives.
struct CurvedResidualProbe: CurveListening, ResidualOracle {
  typealias Base = any SecondOrderOracle<Vector> & ResidualOracle
  let curve: CurveProbe
  let base: any SecondOrderOracle<Vector> & ResidualOracle
  private var residuals: ResidualProbe { ResidualProbe(base: base, listener: listener) }

  func residual(at point: Vector) async throws -> Vector { try await residuals.residual(at: point) }
  func jacobianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    try await residuals.jacobianProduct(at: point, along: direction)
  }
  func jacobianTransposedProduct(at point: Vector, with weights: Vector) async throws -> Vector {
    try await residuals.jacobianTransposedProduct(at: point, with: weights)
  }
  func linearizedResidual(at point: Vector) async throws -> LinearizedResidual {
    try await residuals.linearizedResidual(at: point)
  }
}
