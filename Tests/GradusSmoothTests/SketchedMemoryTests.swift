// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusLinearAlgebra
import GradusNumerics
import GradusSmooth
import Testing

/// What AdaSketch-Newton keeps between two questions, when nothing is factorized, is linear in the entries.
@Suite struct SketchedMemoryTests {
  /// min Σ 2xⱼ² − xⱼxⱼ₊₁ − xⱼ  subject to  x₃ᵢ + x₃ᵢ₊₁ + x₃ᵢ₊₂ = 1.
  private struct Chain: ConstraintOracle {
    let n: Int
    var rowCount: Int { n / 3 }

    var program: NonlinearProgram {
      let ones = Vector(repeating: 1, count: rowCount)
      return NonlinearProgram(start: .zeros(n), domain: .all(n), rowLower: ones, rowUpper: ones)
    }

    private func curved(_ x: Vector) -> Vector {
      Vector((0..<n).map { 4 * x[$0] - ($0 > 0 ? x[$0 - 1] : 0) - ($0 + 1 < n ? x[$0 + 1] : 0) })
    }

    func values(at x: Vector) async throws -> ConstrainedValues {
      ConstrainedValues(
        objective: 0.5 * x.inner(curved(x)) - x.elements.reduce(0, +),
        constraints: Vector((0..<rowCount).map { x[3 * $0] + x[3 * $0 + 1] + x[3 * $0 + 2] }))
    }

    func derivatives(at x: Vector) async throws -> ConstrainedDerivatives {
      let entries = (0..<3 * rowCount).map { (row: $0 / 3, column: $0, value: 1.0) }
      return ConstrainedDerivatives(
        gradient: curved(x) - Vector(repeating: 1, count: n),
        jacobian: SparseMatrix(rowCount: rowCount, columnCount: n, triplets: entries))
    }

    func lagrangianProduct(
      at x: Vector, multipliers y: Vector, objectiveWeight: Double, along d: Vector
    ) async throws -> Vector { objectiveWeight * curved(d) }

    func lagrangianHessian(at x: Vector, multipliers y: Vector, objectiveWeight: Double) async throws -> SparseMatrix {
      var entries: [(row: Int, column: Int, value: Double)] = []
      for j in 0..<n {
        if j > 0 { entries.append((j - 1, j, -objectiveWeight)) }
        entries.append((j, j, 4 * objectiveWeight))
      }
      return SparseMatrix(rowCount: n, columnCount: n, triplets: entries)
    }
  }

  /// The largest number of bytes of the saved state over a run, and the operations.
  private func run(_ n: Int) async throws -> (bytes: Int, operations: Int, state: AdaSketchNewton.State) {
    let oracle = Chain(n: n)
    var method = AdaSketchNewton()
    method.convexity = .step
    method.sketch = .kaczmarz
    var state = try method.start(oracle.program, random: RandomStream(seed: 2))
    var bytes = 0
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "+", negativeInfinity: "-", nan: "?")
    while let question = method.ask(&state) {
      bytes = max(bytes, try encoder.encode(state).count)
      method.tell(&state, try await question.put(to: oracle), to: question)
    }
    #expect(method.report(state).claim == .stationary)
    return (bytes, method.report(state).operations ?? 0, state)
  }

  @Test func stateIsLinearInTheEntries() async throws {
    let small = try await run(120)
    let large = try await run(1200)
    // 4 + 2 + 2 entries of K a variable, at most 25 characters a number.
    #expect(large.bytes <= 11 * small.bytes, "\(small.bytes) and \(large.bytes) bytes")
    #expect(large.bytes <= 25 * 30 * 1200)
    #expect(large.state.factorizations == 0 && large.state.sketches > 0)
  }

  @Test func operationsAreReported() async throws {
    let small = try await run(120)
    // At least one pass over K for every sketch.
    #expect(small.operations == small.state.operations)
    #expect(small.operations >= small.state.sketches * 4 * 8 * 100)
  }
}
