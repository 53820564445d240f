// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import GradusModeling

/// What `gradus tune` is told: a plan, where it is kept, and what it begins with.
struct TuneSpec {
  var plan: StudyPlan
  /// The storage's URL.
  var storage: String
  /// A study whose trials are known from the beginning, and its storage.
  var from: (study: String, storage: String)?
  /// Points to try first, by the names of the parameters.
  var starts: [JSONValue] = []
  /// Seconds after which no trial is begun; nil: none.
  var seconds: Double?

  private static let names = [
    "study", "command", "protocol", "parameters", "constraints", "objectives", "intermediate", "pruning", "trials",
    "parallel",
    "by", "settings", "storage", "timeout", "grace", "repeats", "noisy", "fidelities", "deterministic", "seed", "from",
    "start",
    "time",
  ]
  /// What the field calls otherwise.
  private static let usual = [
    "name": "study", "params": "parameters", "objective": "objectives", "direction": "objectives", "method": "by",
    "sampler": "by", "n_trials": "trials", "budget": "trials", "workers": "parallel", "jobs": "parallel",
    "n_jobs": "parallel",
    "pruner": "pruning", "repeat": "repeats", "enqueue": "start", "cmd": "command", "program": "command",
  ]

  /// A plan that nobody has written down.
  init(_ plan: StudyPlan, storage: String, starts: [JSONValue]) {
    (self.plan, self.storage, self.starts) = (plan, storage, starts)
  }

  /// Reads a YAML mapping. Every error has its line and column.
  init(contentsOf path: String) throws {
    let source = try SourceText(try FileBytes.load(path))
    let root = try YAMLReader.read(source, as: .init("study", members: "command, parameters, objectives, trials, …"))
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let stem = file.split(separator: ".").first.map(String.init) ?? "study"
    try self.init(root, SpecReader(source: source), defaultName: stem)
  }

  private init(_ root: DocumentNode, _ reader: SpecReader, defaultName: String) throws {
    let example = "lines such as 'trials: 60'"
    guard case .mapping(let all) = root.content, !all.isEmpty else {
      throw reader.error(root, "\(root.what) instead of a mapping", example)
    }
    for entry in all where !Self.names.contains(entry.key.text) {
      let name = entry.key.text
      let near = (Self.usual[name] ?? nearest(to: name, among: Self.names)).map { "'\($0)'" }
      throw reader.source.error(
        at: entry.key.offset, "'\(name)' is no part of a study", expected: near ?? Self.names.joined(separator: ", "))
    }
    var entries: [String: DocumentNode] = [:]
    for entry in all { entries[entry.key.text] = entry.value }
    plan = StudyPlan(name: try entries["study"].map { try reader.text($0, "study", "a name") } ?? defaultName)
    storage = try entries["storage"].map { try reader.text($0, "storage", "a file or a URL") } ?? "\(plan.name).journal"
    guard let parameters = entries["parameters"] else {
      throw reader.error(root, "no 'parameters'", "parameters: {lr: {type: float, low: 1e-5, high: 0.1, log: true}}")
    }
    plan.parameters = try reader.parameters(parameters)
    guard let command = entries["command"] else {
      throw reader.error(root, "no 'command'", "command: [python3, train.py, --lr, \"{lr}\"]")
    }
    plan.command = try reader.command(command)
    if let node = entries["protocol"] { plan.conduct = try reader.choice(node, "protocol") }
    do {
      _ = try CommandTemplate(
        plan.command, parameters: plan.conduct == .lines ? [] : try plan.space().parameters.map(\.name))
    } catch {
      throw reader.error(command, "\(error)", "names of parameters in braces")
    }
    guard let objectives = entries["objectives"] else {
      throw reader.error(root, "no 'objectives'", "objectives: {loss: minimize}")
    }
    plan.objectives = try reader.objectives(objectives)
    if let node = entries["constraints"] { plan.constraints = try reader.constraints(node) }
    if let node = entries["intermediate"] {
      plan.intermediate = try reader.text(node, "intermediate", "a name such as epoch")
    }
    if let node = entries["pruning"] { plan.pruning = try reader.pruning(node) }
    if let node = entries["trials"] { plan.trials = try reader.whole(node, "trials", 1...1_000_000_000) }
    if let node = entries["parallel"] { plan.parallel = try reader.whole(node, "parallel", 1...10_000) }
    if let node = entries["by"] { plan.method = try reader.text(node, "by", "the name of a method") }
    if let node = entries["settings"] { plan.settings = try reader.settings(node) }
    if let node = entries["timeout"] { plan.timeout = try reader.seconds(node, "timeout") }
    if let node = entries["grace"] { plan.grace = try reader.seconds(node, "grace") }
    if let node = entries["repeats"] { plan.repeats = try reader.whole(node, "repeats", 1...10_000) }
    if let node = entries["noisy"] { plan.isNoisy = try reader.truth(node, "noisy") }
    if let node = entries["fidelities"] { plan.fidelities = try reader.fidelities(node) }
    if let node = entries["deterministic"] { plan.isDeterministic = try reader.truth(node, "deterministic") }
    if let node = entries["seed"] { plan.seed = UInt64(try reader.whole(node, "seed", 0...Int.max)) }
    if let node = entries["from"] { from = try reader.origin(node, storage) }
    if let node = entries["start"] { starts = try reader.starts(node, plan) }
    if let node = entries["time"] { seconds = try reader.seconds(node, "time") }
    if plan.objectives.count > 1, entries["pruning"] != nil, let node = entries["pruning"], plan.pruning != false {
      throw reader.error(
        node, "pruning with several objectives", "one objective, or no pruning: values in the middle have no order")
    }
  }
}
