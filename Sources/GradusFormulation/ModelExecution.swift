// SPDX-License-Identifier: Apache-2.0
import Gradus
public import GradusCore
public import GradusModeling

/// What became of a model that was read and solved: the statement that its own check supports, or the reason why there is none.
public struct ModelExecution: Sendable, Codable, Hashable {
  /// nil where the model was not read or could not be solved at all.
  public var status: Status?
  /// In the model's sense; nil without a point.
  public var objective: Double?
  /// The value of each variable, by its name.
  public var values: [String: Double] = [:]
  /// Why it was not read or not solved; nil where it was.
  public var message: String?

  /// Whether the optimum is known: `optimal`, `locallyOptimal` or `stationary`.
  public var hasOptimum: Bool { [.optimal, .locallyOptimal, .stationary].contains(status) && objective != nil }

  public init(status: Status? = nil, objective: Double? = nil, values: [String: Double] = [:], message: String? = nil) {
    self.status = status
    self.objective = objective
    self.values = values
    self.message = message
  }
}

/// Reads and solves models within a time limit. Nothing that a model says makes it throw, but for `CancellationError` and what is missing
/// on this machine (`MissingComponent`).
public struct ModelExecutor: Sendable {
  /// Seconds for one model.
  public var timeLimit: Double
  /// How far an integer optimum may be from its bound, relative and absolute: small, so that optima can be compared.
  public var gap: Double

  public init(timeLimit: Double = 10, gap: Double = 1e-8) {
    self.timeLimit = timeLimit
    self.gap = gap
  }

  /// Reads the model in a text and solves it. Cost: that of the solver, at most the time limit.
  public func run(_ text: String, _ notation: FiveElementModel.Notation = .yaml) async throws -> ModelExecution {
    let program: FormulaProgram
    do throws(ReadError) {
      program = try FiveElementModel.parse(text: text, notation: notation, path: "model").program
    } catch {
      return ModelExecution(message: "\(error)")
    }
    return try await run(program)
  }

  /// Solves a program.
  public func run(_ program: FormulaProgram) async throws -> ModelExecution {
    do {
      let answer = try await program.solve(settings: settings(program), timeLimit: timeLimit)
      let names = program.linear.columnNames
      var values: [String: Double] = [:]
      if answer.objective != nil {
        for (k, name) in names.enumerated() where k < answer.point.count { values[name] = answer.point[k] }
      }
      return ModelExecution(status: answer.status, objective: answer.objective, values: values)
    } catch let error as CancellationError {
      throw error
    } catch let error as MissingComponent {
      throw error
    } catch {
      return ModelExecution(message: "\(error)")
    }
  }

  private func settings(_ program: FormulaProgram) -> [(name: String, value: String)] {
    guard program.isLinear, program.linear.isDiscrete else { return [] }
    return [("gap", "\(gap)"), ("gap-absolute", "\(gap)")]
  }
}
