// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusPrograms

/// What a trade knows: types of things, and the tasks that turn some into others.
public struct WorkKnowledge: Sendable {
  /// What a type is in the MiniVM. Two types of one kind are still two.
  public let types: [String: MiniType]
  public let tasks: [WorkTask]
  private let index: TextIndex
  private let numbers: [String: Int]
  private let makers: [String: [Int]]

  /// Throws where a task has a type that is not there, or two names would be one in a program.
  public init(types: [String: MiniType], tasks: [WorkTask]) throws(WorkflowError) {
    guard types.count <= Self.typeLimit else {
      throw WorkflowError(
        "there are \(types.count) types; divide what is known into parts of at most \(Self.typeLimit)")
    }
    self.types = types
    self.tasks = tasks
    for names in [types.keys.sorted(), tasks.map(\.name) + [Self.output]] {
      let plain = names.map(MiniName.from)
      if let twice = plain.first(where: { name in plain.count { $0 == name } > 1 }) {
        throw WorkflowError("two names are '\(twice)' in a program; give one of them another name")
      }
    }
    for task in tasks {
      if let strange = (task.requires + [task.produces]).first(where: { types[$0] == nil }) {
        throw WorkflowError(
          "the task '\(task.name)' has the type '\(strange)', which is not there; add it to the types")
      }
    }
    index = TextIndex(tasks.map { "\($0.name) \($0.summary) \($0.requires.joined(separator: " ")) \($0.produces)" })
    numbers = Dictionary(tasks.enumerated().map { ($1.name, $0) }) { first, _ in first }
    makers = Dictionary(grouping: tasks.indices) { tasks[$0].produces }
  }

  /// The task of this name.
  public subscript(name: String) -> WorkTask? { numbers[name].map { tasks[$0] } }

  /// The tasks nearest to an intention by their words, in their own order.
  public func retrieved(for intention: WorkIntention, most: Int) -> [WorkTask] {
    index.nearest(to: intention.text, most: most).sorted().map { tasks[$0] }
  }

  /// Whether what one task gives is something that the other needs; what is wanted in the end is needed by `output`.
  public func joins(_ edge: WorkEdge, for intention: WorkIntention? = nil) -> Bool {
    guard let from = self[edge.from] else { return false }
    if edge.to == Self.output, let intention { return intention.outputs.contains(from.produces) }
    guard let to = self[edge.to] else { return false }
    return to.requires.contains(from.produces)
  }

  // MARK: Plans

  /// Who needs what is wanted in the end, in edges. No task has this name.
  public static let output = "output"

  /// Types that there may be: chains are at most as long.
  public static let typeLimit = 2000

  /// How many producers the search for a plan looks at before it takes the shortest one.
  static let patience = 10_000

  /// Chains from what is wanted back to what is given.
  ///
  ///     source(type) = what is given, what a task of the plan gives already, or the first of its producers whose own needs have a source;
  ///     producers stand in the order of the proposed edges, then of their similarity to the intention
  ///
  /// Every edge of the plan joins equal types. A type that is being made is not needed for itself. Throws what cannot be made.
  public func plan(_ intention: WorkIntention, proposing edges: [WorkEdge] = []) throws(WorkflowError) -> WorkPlan {
    for type in intention.inputs + intention.outputs where types[type] == nil {
      let near = nearest(to: type, among: types.keys.sorted()).map { "; did you mean '\($0)'?" } ?? ""
      throw WorkflowError("there is no type '\(type)'\(near)")
    }
    guard Set(intention.inputs).count == intention.inputs.count, !intention.outputs.isEmpty else {
      throw WorkflowError("an intention gives each type once and wants at least one")
    }
    let levels = levels(from: intention.inputs)
    if let type = intention.outputs.first(where: { levels[$0] == nil }) {
      throw WorkflowError(
        "nothing makes '\(type)' from \(intention.inputs.joined(separator: ", ")); add what it is made from")
    }
    let similarities = index.similarities(to: intention.text)
    let wanted = Set(edges.filter { joins($0, for: intention) })
    func order(_ type: String, _ consumer: String) -> [Int] {
      (makers[type] ?? []).filter { maker in tasks[maker].requires.allSatisfy { levels[$0] != nil } }.sorted {
        let a = wanted.contains(WorkEdge(tasks[$0].name, consumer)),
          b = wanted.contains(WorkEdge(tasks[$1].name, consumer))
        return a == b ? (-similarities[$0], $0) < (-similarities[$1], $1) : a
      }
    }
    var chain = WorkChain(self, intention, isProposed: { wanted.contains(WorkEdge(tasks[$0].name, $1)) }, order)
    if let plan = chain.whole() { return plan }
    // Producers of which each needs only what is made in fewer steps: there is no circle to run into.
    var shortest = WorkChain(self, intention, isProposed: { _, _ in false }) { type, _ in
      (makers[type] ?? []).filter { maker in
        tasks[maker].requires.allSatisfy { (levels[$0] ?? .max) < (levels[type] ?? 0) }
      }
    }
    guard let plan = shortest.whole() else { throw WorkflowError("there is no plan; this is an error of the search") }
    return plan
  }

  /// In how many steps a type can be made at least; those that cannot be made are left out.
  private func levels(from inputs: [String]) -> [String: Int] {
    var levels = Dictionary(inputs.map { ($0, 0) }) { first, _ in first }
    for round in 1...max(1, tasks.count) {
      var found: [String] = []
      for task in tasks where levels[task.produces] == nil && task.requires.allSatisfy({ levels[$0] != nil }) {
        found.append(task.produces)
      }
      if found.isEmpty { break }
      for type in found { levels[type] = round }
    }
    return levels
  }

}
