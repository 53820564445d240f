// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics
internal import Synchronization

/// Answers all questions about a program from its tape, at once and from any number of tasks.
///
/// The objective is negated for maximization, as a `NonlinearProgram` is always minimized. The instructions of the
/// Hessian are compiled when it is first asked for.
public final class FormulaOracle: Sendable {
  public let tape: Tape
  private let sign: Double
  private let idle = Mutex<[TapeWorkspace]>([])
  private let compiled = Mutex<CurvatureProgram?>(nil)

  public init(_ program: FormulaProgram) {
    tape = Tape(program)
    sign = program.linear.sense == .minimize ? 1 : -1
  }

  public var program: FormulaProgram { tape.program }

  /// Works with a workspace of its own, which is kept for the next question.
  private func borrow<R>(at point: Vector, _ body: (inout TapeWorkspace) -> R) -> R {
    var workspace = idle.withLock { $0.popLast() } ?? TapeWorkspace(tape)
    workspace.evaluate(at: point.elements)
    let result = body(&workspace)
    let returned = workspace
    idle.withLock { $0.append(returned) }
    return result
  }

  private func curvature() -> CurvatureProgram {
    compiled.withLock { program in
      let made = program ?? CurvatureProgram(tape)
      program = made
      return made
    }
  }

  private func values(_ point: Vector) -> ConstrainedValues {
    borrow(at: point) { workspace in
      let m = program.constraintCount
      var rows = [Double](repeating: 0, count: m)
      if program.linear.matrix.entryCount > 0 {
        var span = rows.mutableSpan
        program.linear.matrix.multiply(point.elements.span, to: &span)
      }
      for i in 0..<m { rows[i] += workspace.rootValue(i) }
      let linear = program.linear.objectiveOffset + dot(program.linear.costs.span, point.elements.span)
      return ConstrainedValues(objective: sign * (linear + workspace.rootValue(m)), constraints: Vector(rows))
    }
  }

  private func gradient(_ workspace: inout TapeWorkspace) -> Vector {
    var gradient = program.linear.costs
    workspace.reverse(program.constraintCount) { place, derivative in
      gradient[Int(tape.supports[place])] += derivative
    }
    if sign < 0 { for j in gradient.indices { gradient[j] = -gradient[j] } }
    return Vector(gradient)
  }

  private func derivatives(_ point: Vector) -> ConstrainedDerivatives {
    borrow(at: point) { workspace in
      var jacobian = tape.jacobianBase
      for i in 0..<program.constraintCount {
        workspace.reverse(i) { place, derivative in jacobian.values[Int(tape.places[place])] += derivative }
      }
      return ConstrainedDerivatives(gradient: gradient(&workspace), jacobian: jacobian)
    }
  }

  private func product(_ point: Vector, _ multipliers: Vector, _ weight: Double, _ direction: Vector) -> Vector {
    let curvature = curvature()
    return borrow(at: point) { workspace in
      Vector(
        workspace.hessianProduct(
          curvature, objectiveWeight: sign * weight, multipliers: multipliers.elements, along: direction.elements))
    }
  }

  private func hessian(_ point: Vector, _ multipliers: Vector, _ weight: Double) -> SparseMatrix {
    let curvature = curvature()
    return borrow(at: point) { workspace in
      var matrix = curvature.pattern
      matrix.values = workspace.hessian(
        curvature, objectiveWeight: sign * weight, multipliers: multipliers.elements)
      return matrix
    }
  }
}

extension FormulaOracle: ConstraintOracle {
  public func values(at point: Vector) async throws -> ConstrainedValues { values(point) }
  public func derivatives(at point: Vector) async throws -> ConstrainedDerivatives { derivatives(point) }
  public func lagrangianProduct(
    at point: Vector, multipliers: Vector, objectiveWeight: Double, along direction: Vector
  ) async throws -> Vector { product(point, multipliers, objectiveWeight, direction) }
  public func lagrangianHessian(
    at point: Vector, multipliers: Vector, objectiveWeight: Double
  ) async throws -> SparseMatrix { hessian(point, multipliers, objectiveWeight) }

  public func immediateValues(at point: Vector) throws -> ConstrainedValues? { values(point) }
  public func immediateDerivatives(at point: Vector) throws -> ConstrainedDerivatives? { derivatives(point) }
  public func immediateLagrangianProduct(
    at point: Vector, multipliers: Vector, objectiveWeight: Double, along direction: Vector
  ) throws -> Vector? { product(point, multipliers, objectiveWeight, direction) }
  public func immediateLagrangianHessian(
    at point: Vector, multipliers: Vector, objectiveWeight: Double
  ) throws -> SparseMatrix? { hessian(point, multipliers, objectiveWeight) }
}

/// The objective alone, for programs without rows: what methods for unconstrained and bound-constrained problems ask.
extension FormulaOracle: SecondOrderOracle {
  public func linearization(at point: Vector) async throws -> Linearization<Vector> { linearization(point) }
  public func immediateLinearization(at point: Vector) throws -> Linearization<Vector>? { linearization(point) }
  public func hessianProduct(at point: Vector, along direction: Vector) async throws -> Vector {
    product(point, .zeros(program.constraintCount), 1, direction)
  }
  public func immediateHessianProduct(at point: Vector, along direction: Vector) throws -> Vector? {
    product(point, .zeros(program.constraintCount), 1, direction)
  }

  private func linearization(_ point: Vector) -> Linearization<Vector> {
    borrow(at: point) { workspace in
      let linear = program.linear.objectiveOffset + dot(program.linear.costs.span, point.elements.span)
      let value = sign * (linear + workspace.rootValue(program.constraintCount))
      return Linearization(value: value, gradient: gradient(&workspace))
    }
  }
}
