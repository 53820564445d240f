// SPDX-License-Identifier: Apache-2.0
import GradusLinearAlgebra
import GradusNumerics

/// Systems with A = ∂₁F and with Aᵀ, by the solver that options and structure choose.
struct ImplicitSystem: Sendable {
  let a: any AdjointOperator
  let structure: JacobianStructure
  let options: ImplicitOptions
  let solver: Solver
  /// What it cost to set up.
  private(set) var setup = OperationCounts()

  enum Solver: Sendable {
    case own(any AdjointOperator)
    case lu(LUFactorization, Matrix)
    /// For a ridge on a matrix that is not definite.
    case svd(SingularValues)
    case conjugateGradient, minres, gmres, lsqr
  }

  var name: String {
    switch solver {
    case .own: "the map's factorization"
    case .lu: "LU"
    case .svd: "SVD"
    case .conjugateGradient: "CG"
    case .minres: "MINRES"
    case .gmres: "GMRES"
    case .lsqr: "LSQR"
    }
  }

  /// Chooses, and factorizes where the choice is dense.
  init(_ map: LinearizedMap, _ options: ImplicitOptions) throws(ImplicitError) {
    structure = map.structure
    self.options = options
    let shift = map.structure.definiteSign * options.ridge
    a = shift == 0 ? map.bySolution : ShiftedOperator(base: map.bySolution, shift: shift)
    let n = a.rowCount
    // A ridge on a matrix without definiteness is one of least squares.
    let isDamped = options.ridge > 0 && map.structure.definiteSign == 0
    switch options.solver {
    case .automatic:
      if let inverse = map.inverse, options.ridge == 0 {
        solver = .own(inverse)
      } else if n <= options.denseLimit {
        (solver, setup) = try Self.dense(a, isDamped)
      } else if isDamped {
        solver = .lsqr
      } else if map.structure.definiteSign != 0 {
        solver = .conjugateGradient
      } else {
        solver = map.structure.isSymmetric ? .minres : .gmres
      }
    case .dense: (solver, setup) = try Self.dense(a, isDamped)
    case .conjugateGradient: solver = isDamped ? .lsqr : .conjugateGradient
    case .minres: solver = isDamped ? .lsqr : .minres
    case .gmres: solver = isDamped ? .lsqr : .gmres
    case .lsqr: solver = .lsqr
    }
  }

  private static func dense(
    _ a: any AdjointOperator, _ isDamped: Bool
  ) throws(ImplicitError) -> (Solver, OperationCounts) {
    let matrix = a.assembled
    let n = matrix.rowCount
    guard matrix.isFinite else { throw .notFinite("the Jacobian of the map with respect to the solution") }
    var counts = OperationCounts()
    counts.products = n
    counts.operations = n * a.operationsPerProduct + 2 * n * n * n / 3
    do {
      if isDamped {
        counts.operations += 20 * n * n * n
        return (.svd(try SingularValues(matrix)), counts)
      }
      return (.lu(try LUFactorization(matrix), matrix), counts)
    } catch {
      // A pivot is exactly zero: the singular values say how near to singular it is.
      let values = (try? SingularValues(matrix))?.values.elements ?? []
      throw .singular(smallest: values.last ?? 0, largest: values.first ?? 0)
    }
  }

  /// z with A·z = b, or Aᵀ·z = b, its relative residual and what it cost. Throws `unsolved` and `notFinite`.
  func solve(
    _ b: Vector, transposed: Bool, tolerance: Double? = nil
  ) throws(ImplicitError) -> (solution: Vector, residual: Double, counts: OperationCounts) {
    guard b.isFinite else { throw .notFinite("a right-hand side of the linear system") }
    let found = attempt(b, transposed: transposed, tolerance: tolerance ?? options.tolerance)
    guard found.solution.isFinite else { throw .unsolved(solver: name, status: "failed", residual: .infinity) }
    let accepted = max(1e-8, 10 * (tolerance ?? options.tolerance))
    let isLeastSquares = options.ridge > 0 && structure.definiteSign == 0 || options.solver == .lsqr
    guard found.residual <= accepted || isLeastSquares && found.status == .converged else {
      throw .unsolved(solver: name, status: found.status.rawValue, residual: found.residual)
    }
    return (found.solution, found.residual, found.counts)
  }

  /// What a solver leaves, whatever it is.
  struct Attempt {
    var solution: Vector
    var residual: Double
    var status: IterativeStatus
    var counts = OperationCounts()
  }

  /// The solver's answer with its true relative residual.
  func attempt(_ b: Vector, transposed: Bool, tolerance: Double) -> Attempt {
    let n = b.count
    let scale = b.norm
    guard scale > 0 else { return Attempt(solution: .zeros(n), residual: 0, status: .converged) }
    let operand: any AdjointOperator = transposed && !structure.isSymmetric ? TransposedOperator(base: a) : a
    var found = run(operand, b, transposed, tolerance)
    found.residual = (b - operand.applied(to: found.solution)).norm / scale
    found.counts.products += 1
    found.counts.operations += a.operationsPerProduct
    return found
  }

  private func run(_ a: any AdjointOperator, _ b: Vector, _ transposed: Bool, _ tolerance: Double) -> Attempt {
    let n = b.count
    let limit = options.iterationLimit ?? 20 * n + 200
    let preconditioner =
      transposed ? options.transposedPreconditioner ?? options.preconditioner : options.preconditioner
    switch solver {
    case .own(let inverse):
      let z = transposed ? inverse.transposedApplied(to: b) : inverse.applied(to: b)
      return Attempt(solution: z, residual: 0, status: .converged, counts: counted(inverse.operationsPerProduct))
    case .lu(let factors, _):
      let z = transposed ? factors.solveTransposed(b) : factors.solve(b)
      return Attempt(solution: z, residual: 0, status: .converged, counts: counted(2 * n * n))
    case .svd(let svd):
      let (u, v) = transposed ? (svd.right, svd.left) : (svd.left, svd.right)
      let y = u.transposedTimes(b)
      let square = options.ridge * options.ridge
      let z = v.times(Vector(y.indices.map { y[$0] * svd.values[$0] / (svd.values[$0] * svd.values[$0] + square) }))
      return Attempt(solution: z, residual: 0, status: .converged, counts: counted(4 * n * n))
    case .conjugateGradient:
      let isNegative = structure == .negativeDefinite
      var iteration = ConjugateGradient(rightHandSide: isNegative ? -b : b, relative: tolerance)
      if isNegative {
        iteration.run(NegatedOperator(base: a), preconditioner: preconditioner, limit: limit)
      } else {
        iteration.run(a, preconditioner: preconditioner, limit: limit)
      }
      return Attempt(iteration)
    case .minres:
      var iteration = MinimumResidual(rightHandSide: b, relative: tolerance)
      while iteration.status == .running, iteration.iterations < limit {
        iteration.step(a, preconditioner: preconditioner)
      }
      return Attempt(iteration)
    case .gmres:
      var iteration = GeneralizedMinimumResidual(rightHandSide: b, restart: min(n, 100), relative: tolerance)
      iteration.run(a, preconditioner: preconditioner, limit: limit)
      return Attempt(iteration)
    case .lsqr:
      if options.ridge > 0, structure.definiteSign == 0 {
        var iteration = LeastSquaresQR(
          rightHandSide: Vector(b.elements + [Double](repeating: 0, count: n)), columnCount: n, relative: tolerance)
        iteration.run(DampedOperator(base: a, weight: options.ridge), limit: limit)
        return Attempt(iteration)
      }
      var iteration = LeastSquaresQR(rightHandSide: b, columnCount: n, relative: tolerance)
      iteration.run(a, limit: limit)
      return Attempt(iteration)
    }
  }

  private func counted(_ operations: Int) -> OperationCounts {
    var counts = OperationCounts()
    counts.operations = operations
    return counts
  }
}

extension ImplicitSystem.Attempt {
  fileprivate init(_ iteration: some IterativeSolver) {
    self.init(solution: iteration.solution, residual: 0, status: iteration.status, counts: iteration.counts)
  }
}

extension JacobianStructure {
  /// ±1 where definite, else 0.
  var definiteSign: Double { self == .positiveDefinite ? 1 : self == .negativeDefinite ? -1 : 0 }
}
