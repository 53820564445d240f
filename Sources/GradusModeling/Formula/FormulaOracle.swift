// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics
internal import Synchronization

/// Answers all questions about a program from its tape, at once and from any number of tasks.
///
/// The objective is negated for maximization, as a `NonlinearProgram` is always minimized. The instructions of the
/// Hessian are compiled when it is first asked for. Where a program repeats few formulas many times, blocks of them are
/// evaluated at once (`ElementTape`); where a result is not finite there, the tape decides what it is.
///
/// Formulas may be simplified before they are compiled: those of a small program together, those of a larger one shape by
/// shape where elements have been found. Values of objective and rows then agree with those of the program up to rounding;
/// whoever judges asks `asStated`.
public final class FormulaOracle: Sendable {
  /// The program as it was stated.
  public let program: FormulaProgram
  /// Compiled from the program, or from its simplified form.
  public let tape: Tape
  private let sign: Double
  private let elements: ElementTape?
  private let idle = Mutex<[TapeWorkspace]>([])
  private let idleElements = Mutex<[ElementWorkspace]>([])
  private let compiled = Mutex<CurvatureProgram?>(nil)
  private let compiledElements = Mutex<ElementCurvature?>(nil)

  /// Compiles the formulas, after `simplification` where one is given. Cost: linear in the program.
  public convenience init(_ program: FormulaProgram, simplification: Simplification? = nil) {
    self.init(program, findsElements: true, simplification)
  }

  /// Without elements everything is computed by the tape.
  package init(_ program: FormulaProgram, findsElements: Bool, _ simplification: Simplification? = nil) {
    self.program = program
    sign = program.linear.sense == .minimize ? 1 : -1
    var simpler: SimplifiedProgram?
    let roots = program.rows.compactMap { $0 } + (program.objective.map { [$0] } ?? [])
    if let simplification, simplification.pays(on: program.graph, roots: roots, variableCount: program.variableCount) {
      simpler = program.simplified(simplification, keepsSides: true)
    }
    tape = Tape(simpler?.program ?? program)
    elements = findsElements ? ElementTape(tape, simplification) : nil
    if let simpler, simpler.costAfter < simpler.costBefore {
      savings = FormulaSavings(costBefore: simpler.costBefore, costAfter: simpler.costAfter, isWhole: true)
    } else {
      savings = elements?.savings
    }
  }

  /// What simplification saves in one evaluation; nil where nothing was simplified.
  public let savings: FormulaSavings?

  /// An oracle of the formulas as they were stated; this one where they were not changed.
  public var asStated: FormulaOracle { savings == nil ? self : FormulaOracle(program) }

  /// How many addends are evaluated in blocks.
  package var elementCount: Int { elements?.groups.reduce(0) { $0 + $1.count } ?? 0 }

  /// Works with a workspace of its own, which is kept for the next question.
  private func borrow<R>(at point: Vector, _ body: (inout TapeWorkspace) -> R) -> R {
    var workspace = idle.withLock { $0.popLast() } ?? TapeWorkspace(tape)
    workspace.evaluate(at: point.elements)
    let result = body(&workspace)
    let returned = workspace
    idle.withLock { $0.append(returned) }
    return result
  }

  /// The answer of the elements; nil when there are none, or when their answer is not finite.
  private func borrowElements<R>(at point: Vector, _ body: (inout ElementWorkspace) -> R?) -> R? {
    guard let elements else { return nil }
    var workspace = idleElements.withLock { $0.popLast() } ?? ElementWorkspace(elements)
    workspace.move(to: point.elements)
    let result = body(&workspace)
    let returned = workspace
    idleElements.withLock { $0.append(returned) }
    return result
  }

  private func elementCurvature(_ elements: ElementTape) -> ElementCurvature {
    compiledElements.withLock { program in
      let made = program ?? ElementCurvature(elements)
      program = made
      return made
    }
  }

  private func curvature() -> CurvatureProgram {
    compiled.withLock { program in
      let made = program ?? CurvatureProgram(tape)
      program = made
      return made
    }
  }

  private func values(_ point: Vector) -> ConstrainedValues {
    let m = program.constraintCount
    let linear = tape.program.linear
    func linearRows() -> [Double] {
      var rows = [Double](repeating: 0, count: m)
      if linear.matrix.entryCount > 0 {
        var span = rows.mutableSpan
        linear.matrix.multiply(point.elements.span, to: &span)
      }
      return rows
    }
    let values = borrowElements(at: point) { workspace -> ConstrainedValues? in
      var rows = linearRows()
      return workspace.values(&rows).map {
        ConstrainedValues(objective: objective($0, point), constraints: Vector(rows))
      }
    }
    if let values { return values }
    return borrow(at: point) { workspace in
      var rows = linearRows()
      for i in 0..<m { rows[i] += workspace.rootValue(i) }
      return ConstrainedValues(objective: objective(workspace.rootValue(m), point), constraints: Vector(rows))
    }
  }

  /// The objective to be minimized, its nonlinear part given.
  private func objective(_ nonlinear: Double, _ point: Vector) -> Double {
    let linear = tape.program.linear
    return sign * (linear.objectiveOffset + dot(linear.costs.span, point.elements.span) + nonlinear)
  }

  private func signed(_ gradient: [Double]) -> Vector {
    var gradient = gradient
    if sign < 0 { for j in gradient.indices { gradient[j] = -gradient[j] } }
    return Vector(gradient)
  }

  private func gradient(_ workspace: inout TapeWorkspace) -> Vector {
    var gradient = tape.program.linear.costs
    workspace.reverse(program.constraintCount) { place, derivative in
      gradient[Int(tape.supports[place])] += derivative
    }
    return signed(gradient)
  }

  private func derivatives(_ point: Vector) -> ConstrainedDerivatives {
    let derivatives = borrowElements(at: point) { workspace -> ConstrainedDerivatives? in
      var gradient = tape.program.linear.costs
      var jacobian = tape.jacobianBase
      guard workspace.gradient(&gradient) != nil, workspace.jacobian(&jacobian.values) else { return nil }
      return ConstrainedDerivatives(gradient: signed(gradient), jacobian: jacobian)
    }
    if let derivatives { return derivatives }
    return borrow(at: point) { workspace in
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
    let pushed = elements.map { elementCurvature($0) }
    let values = borrowElements(at: point) { workspace in
      pushed.flatMap {
        workspace.hessian($0, objectiveWeight: sign * weight, multipliers: multipliers.elements)
      }
    }
    if let pushed, let values {
      var matrix = pushed.pattern
      matrix.values = values
      return matrix
    }
    let curvature = curvature()
    return borrow(at: point) { workspace in
      let values = workspace.hessian(curvature, objectiveWeight: sign * weight, multipliers: multipliers.elements)
      // One pattern for all answers: that of the elements lacks only what is always zero.
      guard var matrix = pushed?.pattern else {
        var matrix = curvature.pattern
        matrix.values = values
        return matrix
      }
      for (k, place) in ElementCurvature.places(of: curvature.pattern, in: matrix).enumerated() where place >= 0 {
        matrix.values[Int(place)] = values[k]
      }
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
    let linearization = borrowElements(at: point) { workspace -> Linearization<Vector>? in
      var gradient = tape.program.linear.costs
      return workspace.gradient(&gradient).map {
        Linearization(value: objective($0, point), gradient: signed(gradient))
      }
    }
    if let linearization { return linearization }
    return borrow(at: point) { workspace in
      Linearization(
        value: objective(workspace.rootValue(program.constraintCount), point), gradient: gradient(&workspace))
    }
  }
}
