// SPDX-License-Identifier: Apache-2.0
import GradusBilevel
import GradusLinearAlgebra
import GradusNumerics
import Testing

/// The laws of optimality maps on every map of the catalogue, and broken maps that each law catches.
@Suite struct MapLawTests {
  @Test func everyMapAgreesWithDifferences() async throws {
    for sample in try await MapSamples.all() {
      let check = try await ImplicitCheck(
        sample.map, at: sample.solution, parameters: sample.parameters, resolve: sample.resolve)
      #expect(check.violations() == [], "\(sample.name)")
      #expect(check.solver != nil, "\(sample.name)")
    }
  }

  @Test(arguments: ImplicitSolver.allCases)
  func everySolverGivesTheSameDerivative(_ solver: ImplicitSolver) async throws {
    for sample in try await MapSamples.all() {
      let here = try await sample.map.linearization(at: sample.solution, parameters: sample.parameters)
      if solver == .conjugateGradient, [.general, .symmetric].contains(here.structure) { continue }
      if solver == .minres, !here.structure.isSymmetric { continue }
      var options = ImplicitOptions()
      options.solver = .dense
      let dense = try await ImplicitDerivative(
        of: sample.map, at: sample.solution, parameters: sample.parameters, options: options)
      options.solver = solver
      let other = try await ImplicitDerivative(
        of: sample.map, at: sample.solution, parameters: sample.parameters, options: options)
      #expect(dense.certificate.isConverged && other.certificate.warnings == [], "\(sample.name)")
      var random = RandomStream(seed: 3)
      let (t, v) = (random.normals(dense.columnCount), random.normals(dense.rowCount))
      let (a, b) = (try dense.push(t).value, try other.push(t).value)
      #expect((a - b).norm <= 1e-7 * max(1, a.norm), "\(sample.name) \(other.solverName)")
      let (c, d) = (try dense.pull(v).value, try other.pull(v).value)
      #expect((c - d).norm <= 1e-7 * max(1, c.norm), "\(sample.name) \(other.solverName)")
      #expect(abs(v.inner(b) - d.inner(t)) <= 1e-7 * max(1, v.norm * b.norm), "\(sample.name) \(other.solverName)")
    }
  }

  /// A map that is broken in one way.
  struct Broken: OptimalityMap {
    enum Fault: CaseIterable { case product, parameters, adjoint, symmetry, definiteness, nothing }
    var fault: Fault
    let h = Matrix(rows: [[3, 1], [1, 2]])

    var solutionCount: Int { 2 }
    var parameterCount: Int { 2 }

    func residual(at x: Vector, parameters: Vector) async throws -> Vector { h.times(x) - parameters }

    func linearization(at x: Vector, parameters: Vector) async throws -> LinearizedMap {
      let (h, fault) = (h, fault)
      let skew = Matrix(rows: [[0, 1], [0, 0]])
      let a = fault == .product ? h + 0.01 * Matrix.identity(2) : h
      return LinearizedMap(
        residual: try await residual(at: x, parameters: parameters),
        bySolution: FunctionAdjointOperator(
          rowCount: 2, columnCount: 2,
          product: { fault == .symmetry ? a.times($0) + skew.times($0) : a.times($0) },
          transposed: { fault == .adjoint ? a.times($0) + skew.times($0) : a.times($0) }),
        byParameters: (fault == .parameters ? 1 : -1) * Matrix.identity(2),
        structure: fault == .definiteness ? .negativeDefinite : .positiveDefinite)
    }
  }

  @Test(arguments: Broken.Fault.allCases)
  func brokenMapsAreCaught(_ fault: Broken.Fault) async throws {
    let check = try await ImplicitCheck(Broken(fault: fault), at: [0.2, 0.4], parameters: [1, 1])
    #expect(check.violations().isEmpty == (fault == .nothing), "\(fault): \(check.violations())")
    switch fault {
    case .product, .parameters: #expect(check.products > 1e-3)
    case .adjoint: #expect(check.adjoint > 1e-3)
    case .symmetry, .definiteness: #expect(check.structure > 1e-3)
    case .nothing: break
    }
  }

  /// A solver that answers for other parameters than it is asked about.
  @Test func aSolverOfAnotherProblemIsCaught() async throws {
    let h = Matrix(rows: [[3, 1], [1, 2]])
    let check = try await ImplicitCheck(
      Broken(fault: .nothing), at: try LUFactorization(h).solve([1, 1]), parameters: [1, 1],
      resolve: { try LUFactorization(h).solve(1.5 * $0) })
    #expect(check.violations().count == 1 && (check.solver ?? 0) > 0.1)
  }
}
