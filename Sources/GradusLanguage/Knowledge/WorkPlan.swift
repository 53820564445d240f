// SPDX-License-Identifier: Apache-2.0
public import GradusPrograms

/// Tasks in an order in which each finds what it needs: a typed graph without circles.
///
/// What it costs depends on how each task is done. `after` is what an optimization of that needs:
///
///     try WorkGraph(zip(plan.steps, plan.after).map { WorkGraph.Task($0.task, after: $1, ways[$0.task] ?? []) })
public struct WorkPlan: Sendable, Codable, Hashable {
  /// Where something comes from.
  public enum Source: Sendable, Codable, Hashable {
    /// Given, by its place among the inputs.
    case input(Int)
    /// Made by an earlier step.
    case step(Int)
  }

  /// A task with a source for each thing that it needs.
  public struct Step: Sendable, Codable, Hashable {
    public var task: String
    public var sources: [Source]

    public init(_ task: String, _ sources: [Source]) {
      self.task = task
      self.sources = sources
    }
  }

  /// Types that are given.
  public var inputs: [String]
  public var steps: [Step]
  /// Types that are wanted, and where each comes from.
  public var outputs: [String]
  public var sources: [Source]
  /// Edges that somebody proposed and that join different types, or tasks that are not there.
  public var rejected: [String] = []

  public init(inputs: [String], steps: [Step], outputs: [String], sources: [Source]) {
    self.inputs = inputs
    self.steps = steps
    self.outputs = outputs
    self.sources = sources
  }

  /// The steps that each step waits for.
  public var after: [[Int]] {
    steps.map { step in
      Set(step.sources.compactMap { if case .step(let number) = $0 { number } else { nil } }).sorted()
    }
  }

  /// The first edge that does not join equal types, or does not come from an earlier step; nil where all are right.
  public func fault(in knowledge: WorkKnowledge) -> String? {
    func type(_ source: Source, before number: Int) -> String? {
      switch source {
      case .input(let k): inputs.indices.contains(k) ? inputs[k] : nil
      case .step(let k): k >= 0 && k < number ? knowledge[steps[k].task]?.produces : nil
      }
    }
    for (number, step) in steps.enumerated() {
      guard let task = knowledge[step.task] else { return "step \(number): there is no task '\(step.task)'" }
      guard step.sources.map({ type($0, before: number) }) == task.requires.map({ $0 }) else {
        return "step \(number): '\(task.name)' needs (\(task.requires.joined(separator: ", ")))"
      }
    }
    guard sources.map({ type($0, before: steps.count) }) == outputs.map({ $0 }) else {
      return "the outputs are not (\(outputs.joined(separator: ", ")))"
    }
    return nil
  }

  // MARK: As a program

  /// The workflow as a program of the MiniVM, `fn workflow(inputs) -> first output`, one call of a tool a step. `ways` says by what each
  /// task is done; the tool is then `task_by_way`. nil for a plan with a fault.
  public func program(in knowledge: WorkKnowledge, ways: [String] = []) -> String? {
    guard fault(in: knowledge) == nil, let first = outputs.first, let result = knowledge.types[first] else {
      return nil
    }
    let names = inputs.map(MiniName.from)
    var prefix = "step"
    while names.contains(where: { $0.hasPrefix(prefix) }) { prefix += "_" }
    func text(_ source: Source) -> String {
      switch source {
      case .input(let k): names[k]
      case .step(let k): "\(prefix)\(k)"
      }
    }
    let parameters = zip(names, inputs).map { "\($0): \(knowledge.types[$1] ?? .string)" }.joined(separator: ", ")
    var lines = ["fn workflow(\(parameters)) -> \(result) {"]
    for (number, step) in steps.enumerated() {
      let arguments = step.sources.map(text).joined(separator: ", ")
      lines.append("  let \(prefix)\(number) = \(toolName(number, ways))(\(arguments))")
    }
    lines.append("  return \(text(sources[0]))\n}")
    return lines.joined(separator: "\n")
  }

  /// Stubs of the tools that the program calls, each once.
  public func stubs(in knowledge: WorkKnowledge, ways: [String] = []) -> [MiniTool] {
    var found: [String: MiniTool] = [:]
    for (number, step) in steps.enumerated() {
      guard let task = knowledge[step.task], let result = knowledge.types[task.produces] else { continue }
      let name = toolName(number, ways)
      let parameters = task.requires.enumerated().map { k, type in
        MiniFunction.Parameter("x\(k)", knowledge.types[type] ?? .string)
      }
      found[name] = .stub(name, parameters, result: result, summary: task.summary)
    }
    return found.values.sorted { $0.name < $1.name }
  }

  private func toolName(_ number: Int, _ ways: [String]) -> String {
    let task = steps[number].task
    return MiniName.from(ways.indices.contains(number) ? "\(task)_by_\(ways[number])" : task)
  }
}
