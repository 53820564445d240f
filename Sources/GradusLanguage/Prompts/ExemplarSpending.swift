// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension ExemplarProtocol {
  /// What a cell has left of its runs.
  struct Spending {
    let program: LanguageProgram
    let oracle: any WorkflowOracle
    var left: Int
    var spent = 0
    var advice = 0
    /// Questions to the advisor without a run between them.
    static let patience = 150

    init(program: LanguageProgram, oracle: any WorkflowOracle, left: Int) {
      self.program = program
      self.oracle = oracle
      self.left = left
    }

    /// Lets a method change one text until it ends or its next question would cost more than `limit`; each run is charged by its places, or
    /// by `charge`.
    mutating func drive<M: OptimizationMethod>(
      _ method: M, only name: String, at point: Assignment, limit: Int, charge: Int?, seed: UInt64
    ) async throws -> Report<Assignment>
    where M.Problem == LanguageProgram, M.Point == Assignment, M.Question == WorkflowTurn {
      var part = program
      part.parameters = program.parameters.filter { $0.name == name }.map { parameter in
        var parameter = parameter
        parameter.start = point[name] ?? parameter.start
        return parameter
      }
      let end = spent + min(limit, left)
      let run = try Run(part, by: method, asking: Rest(oracle: oracle, point: point), seed: seed)
      // A method whose advisor says nothing useful would ask for ever.
      var idle = 0
      while idle < Self.patience, let question = try run.ask()?.question {
        if case .run(_, let items, _) = question {
          let price = charge ?? items.count
          guard spent + price <= end else { break }
          spent += price
          left -= price
          idle = 0
        } else {
          advice += 1
          idle += 1
        }
        guard try await run.step() else { break }
      }
      var report = run.report
      report.point = point.merging(report.point) { $1 }
      return report
    }

    /// Spends what is left on running a choice again; the mean of what it scored.
    mutating func rest(_ point: Assignment, _ stream: RandomStream) async throws -> Double {
      var (total, count, turn) = (0.0, 0, 0)
      while left > 0 {
        let items = Array(program.selection.prefix(left))
        let outcome = try await oracle.run(point, on: items, stream: stream.child("run", turn))
        total += outcome.score * Double(items.count)
        count += items.count
        turn += 1
        left -= items.count
        spent += items.count
      }
      return count == 0 ? 0 : total / Double(count)
    }
  }

  /// An oracle that sees all values where a method has some.
  private struct Rest: WorkflowOracle {
    let oracle: any WorkflowOracle
    let point: Assignment

    private func whole(_ assignment: Assignment) -> Assignment { point.merging(assignment) { $1 } }

    func run(
      _ assignment: Assignment, on items: [SelectionItem], stream: RandomStream
    ) async throws -> WorkflowOutcome {
      try await oracle.run(whole(assignment), on: items, stream: stream)
    }

    func report(
      _ assignment: Assignment, on items: [ReportingItem], stream: RandomStream
    ) async throws -> WorkflowOutcome {
      try await oracle.report(whole(assignment), on: items, stream: stream)
    }

    func advise(_ prompt: String, stream: RandomStream) async throws -> Completion {
      try await oracle.advise(prompt, stream: stream)
    }
  }
}
