// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusModeling
import GradusNumerics
import Testing

/// The judges on real files: what HiGHS answers is confirmed, and nothing better than the best known value is.
@Suite(
  .serialized,
  .enabled(if: Installed.highs != nil, Installed.reason),
  .enabled(if: BenchmarkFiles.isThere, BenchmarkFiles.reason))
struct InstanceJudgingTests {
  private func verdict(_ entry: BenchmarkFiles.Entry, seconds: Double) async throws -> (StandardForm, Verdict) {
    let form = try ModelFile.read(path: entry.path)
    var method = HighsSolver()
    method.time = seconds
    let problem = try MixedIntegerProgram(form)
    let run = try Run(problem, by: method, asking: HighsOracle(form, highs: #require(Installed.highs)))
    while try await run.step() {}
    let judged = try await problem.judge(run.report, asking: Inquiry(asking: nil), tolerances: Tolerances())
    return (form, judged)
  }

  @Test(arguments: BenchmarkFiles.entries("lp"))
  func linearPrograms(entry: BenchmarkFiles.Entry) async throws {
    let (_, verdict) = try await verdict(entry, seconds: 20)
    let note = "\(verdict.outcome): \(verdict.certificate.note ?? "")"
    switch entry.proof {
    case "infeasible": #expect(verdict.outcome == .infeasible, "\(note)")
    case "unbounded": #expect(verdict.outcome == .unbounded, "\(note)")
    default:
      #expect(verdict.outcome == .optimal, "\(note)")
      // The published value of e226 leaves out the constant that the objective row carries.
      let best = entry.best.map { entry.name == "e226" ? $0 + 7.113 : $0 }
      if let best, let value = verdict.objective, let bound = verdict.bound {
        #expect(abs(value - best) <= 1e-6 * max(1, abs(best)))
        #expect(abs(bound - best) <= 2e-6 * max(1, abs(best)))
      }
    }
    #expect(verdict.certificate.verified, "\(note)")
  }

  @Test(arguments: BenchmarkFiles.entries("mip"))
  func integerPrograms(entry: BenchmarkFiles.Entry) async throws {
    let (form, verdict) = try await verdict(entry, seconds: 1)
    if entry.proof == "infeasible" {
      #expect([.infeasible, .unproved].contains(verdict.outcome))
      return
    }
    let sign: Double = form.sense == .minimize ? 1 : -1
    guard let best = entry.best else { return }
    let slack = 2e-6 * max(1, abs(best))
    if let value = verdict.objective, verdict.certificate.pointChecked { #expect(sign * (value - best) >= -slack) }
    if let bound = verdict.bound { #expect(sign * (bound - best) <= slack) }
    if verdict.outcome == .optimal, let value = verdict.objective {
      #expect(abs(value - best) <= 1.1e-4 * max(1, abs(best)))
      #expect(verdict.certificate.bound != .none)
    }
  }
}
