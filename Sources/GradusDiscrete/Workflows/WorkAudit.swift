// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// What was chosen for a graph of tasks, what it costs, and who vouches that nothing is cheaper.
public struct WorkAudit: Sendable, Codable, Hashable, CustomStringConvertible {
  /// One task.
  public struct Line: Sendable, Codable, Hashable {
    public var task: String
    public var alternative: String
    public var money: Double
    public var start: Double
    public var finish: Double
    public var success: Double
    /// Whether T would be longer if it were.
    public var isCritical: Bool
  }

  public var lines: [Line]
  public var money: Double
  public var time: Double
  public var success: Double
  /// The parts of the objective.
  public var moneyCost: Double
  public var timeCost: Double
  public var qualityCost: Double
  /// What everything costs at least.
  public var bound: Double?
  public var status: Status
  public var note: String?

  public var cost: Double { moneyCost + timeCost + qualityCost }

  /// nil where the solution names no choice.
  public init?(_ solution: Solution<[Int]>, of graph: WorkGraph) {
    let choice = solution.report.point
    guard let figures = graph.figures(of: choice) else { return nil }
    // How late a task may be done without anything else being later in the end.
    var latest = [Double](repeating: figures.time, count: choice.count)
    for k in choice.indices.reversed() {
      let time = graph.tasks[k].alternatives[choice[k]].time
      for other in graph.tasks[k].after { latest[other] = min(latest[other], latest[k] - time) }
    }
    lines = choice.indices.map { k in
      let way = graph.tasks[k].alternatives[choice[k]]
      return Line(
        task: graph.tasks[k].name, alternative: way.name, money: way.money, start: figures.finish[k] - way.time,
        finish: figures.finish[k], success: way.success,
        isCritical: latest[k] - figures.finish[k] <= 1e-9 * max(1, figures.time))
    }
    (money, time, success) = (figures.money, figures.time, VectorMath.exp(figures.logSuccess))
    moneyCost = graph.weights.money * figures.money
    timeCost = graph.weights.time * figures.time
    qualityCost = -graph.weights.quality * figures.logSuccess
    bound = solution.verdict.bound
    status = solution.status
    note = solution.verdict.certificate.note
  }

  /// A line a task, then the sums.
  public var description: String {
    func short(_ x: Double) -> String { "\((x * 1e4).rounded() / 1e4)" }
    var text = lines.map { line in
      "\(line.task): \(line.alternative), money \(short(line.money)), from \(short(line.start)) to \(short(line.finish)), success "
        + short(line.success) + (line.isCritical ? ", critical" : "")
    }
    text.append("money \(short(money)), time \(short(time)), success \(short(success))")
    text.append(
      "cost \(short(cost)) = \(short(moneyCost)) money + \(short(timeCost)) time + \(short(qualityCost)) quality")
    let least = bound.map { ", at least \(short($0))" } ?? ""
    text.append("\(status.rawValue)\(least)\(note.map { "; \($0)" } ?? "")")
    return text.joined(separator: "\n")
  }
}
