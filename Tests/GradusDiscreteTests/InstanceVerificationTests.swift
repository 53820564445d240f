// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusModeling
import GradusNumerics
import GradusVerification
import Testing

/// The verifier on real files: true answers are confirmed, tampered ones refuted or at least not confirmed.
@Suite(
  .serialized, .enabled(if: Installed.highs != nil, Installed.reason),
  .enabled(if: BenchmarkFiles.isThere, BenchmarkFiles.reason))
struct InstanceVerificationTests {
  private func document(_ form: StandardForm, seconds: Double) async throws -> ResultDocument {
    var method = HighsSolver()
    method.time = seconds
    let problem = try MixedIntegerProgram(form)
    let run = try Run(problem, by: method, asking: HighsOracle(form, highs: #require(Installed.highs)))
    while try await run.step() {}
    let solution = try await run.conclude(StopReason(.converged, "answered"))
    var document = ResultDocument()
    document.status = solution.status
    document.problem.kind = form.isDiscrete ? "MIP" : "LP"
    document.problem.sense = form.sense
    document.problem.variables = form.variableCount
    document.problem.constraints = form.constraintCount
    document.problem.integerVariables = form.integerCount
    document.problem.fingerprint = String(form.fingerprint, radix: 16)
    document.certificate = solution.verdict.certificate
    document.bound = solution.verdict.bound
    if solution.verdict.certificate.pointChecked {
      document.solution = NamedNumbers(form.columnNames, solution.report.point.elements)
      document.objectives = solution.verdict.objective.map { [$0] } ?? []
    }
    document.duals = solution.report.multipliers.map { NamedNumbers(form.rowNames, $0.elements) }
    document.reducedCosts = solution.report.reducedCosts.map { NamedNumbers(form.columnNames, $0.elements) }
    if let ray = solution.report.ray {
      let names = solution.status == .unbounded ? form.columnNames : form.rowNames
      document.ray = NamedNumbers(names, ray.elements)
    }
    return document
  }

  @Test(arguments: BenchmarkFiles.entries("lp"))
  func linearPrograms(entry: BenchmarkFiles.Entry) async throws {
    let form = try ModelFile.read(path: entry.path)
    let answer = try await document(form, seconds: .infinity)
    let report = Verifier().verify(form, answer)
    #expect(report.outcome == .confirmed, "\(report.summary)")
    if answer.status == .optimal {
      var moved = answer
      moved.objectives = answer.objectives.map { $0 + 1e-5 * max(1, abs($0)) }
      #expect(Verifier().verify(form, moved).outcome == .refuted)
      var flipped = answer
      flipped.duals?.values = answer.duals?.values.map { -$0 } ?? []
      let hasDuals = answer.duals?.values.contains { abs($0) > 1e-3 } == true
      if hasDuals { #expect(Verifier().verify(form, flipped).outcome == .refuted) }
    } else if let ray = answer.ray {
      var random = RandomStream(seed: 3)
      var forged = answer
      forged.ray?.values = ray.values.map { _ in random.normal() }
      #expect(Verifier().verify(form, forged).outcome != .confirmed)
    }
  }

  @Test(arguments: BenchmarkFiles.entries("mip"))
  func integerPrograms(entry: BenchmarkFiles.Entry) async throws {
    let form = try ModelFile.read(path: entry.path)
    let found = try await document(form, seconds: 1)
    let report = Verifier(effort: 20_000).verify(form, found)
    #expect(report.outcome != .refuted, "\(report.summary)")
    if found.solution != nil { #expect(report["point"]?.finding == .confirmed, "\(report.summary)") }
    guard found.status == .optimal, let j = form.kinds.firstIndex(where: \.isIntegral) else { return }
    var fractional = found
    fractional.solution?.values[j] += 0.5
    #expect(Verifier(effort: 20_000).verify(form, fractional).outcome == .refuted)
  }

  @Test(arguments: BenchmarkFiles.entries("lp").filter { $0.proof == "infeasible" })
  func conflicts(entry: BenchmarkFiles.Entry) async throws {
    let form = try ModelFile.read(path: entry.path)
    let highs = try #require(Installed.highs)
    var explained = try await document(form, seconds: .infinity)
    let explainer = InfeasibilityExplainer(timeLimit: nil, solveLimit: 2000) { try HighsOracle($0, highs: highs) }
    let ray = explained.ray.map { Vector($0.values) }
    let explanation = try #require(try await explainer.explain(form, ray: ray))
    explained.conflict = explanation.conflict(in: form)
    let report = Verifier().verify(form, explained)
    #expect(report.outcome != .refuted, "\(report.summary)")
    #expect(report.outcome == .confirmed || !explanation.isIrreducible, "\(report.summary)")
    explained.conflict?.rows.append(contentsOf: explanation.rows.prefix(1).map { form.rowNames[$0] })
    #expect(Verifier().verify(form, explained).outcome != .confirmed)
  }
}
