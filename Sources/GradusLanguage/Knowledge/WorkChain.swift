// SPDX-License-Identifier: Apache-2.0

/// One search back from what is wanted.
struct WorkChain {
  private let knowledge: WorkKnowledge
  private let intention: WorkIntention
  /// Whether an edge from a task, by its number, to a consumer was proposed.
  private let isProposed: (Int, String) -> Bool
  /// Producers of a type for a consumer, the first to be tried first.
  private let order: (_ type: String, _ consumer: String) -> [Int]
  private var steps: [WorkPlan.Step] = []
  /// The step of each task that is in the plan.
  private var places: [Int: Int] = [:]
  /// Types that are being made.
  private var open: Set<String> = []
  private var looked = 0

  init(
    _ knowledge: WorkKnowledge, _ intention: WorkIntention, isProposed: @escaping (Int, String) -> Bool,
    _ order: @escaping (_ type: String, _ consumer: String) -> [Int]
  ) {
    self.knowledge = knowledge
    self.intention = intention
    self.isProposed = isProposed
    self.order = order
  }

  /// nil where none was found in time.
  mutating func whole() -> WorkPlan? {
    var outputs: [WorkPlan.Source] = []
    for type in intention.outputs {
      guard let source = source(type, WorkKnowledge.output) else { return nil }
      outputs.append(source)
    }
    return WorkPlan(inputs: intention.inputs, steps: steps, outputs: intention.outputs, sources: outputs)
  }

  /// Where a consumer gets a type from. Depth is at most the number of types, as none is being made twice at a time.
  private mutating func source(_ type: String, _ consumer: String) -> WorkPlan.Source? {
    if let input = intention.inputs.firstIndex(of: type) { return .input(input) }
    let makers = order(type, consumer)
    if let made = makers.first(where: { places[$0] != nil }), let place = places[made] {
      // Made already, unless another producer was proposed for this consumer.
      guard let first = makers.first, first != made, isProposed(first, consumer), !open.contains(type) else {
        return .step(place)
      }
    }
    guard open.insert(type).inserted else { return nil }
    defer { open.remove(type) }
    for maker in makers {
      looked += 1
      if looked > WorkKnowledge.patience { return nil }
      if let place = places[maker] { return .step(place) }
      let (before, known) = (steps.count, places)
      let task = knowledge.tasks[maker]
      var sources: [WorkPlan.Source] = []
      for need in task.requires {
        guard let source = source(need, task.name) else { break }
        sources.append(source)
      }
      if sources.count == task.requires.count {
        steps.append(.init(task.name, sources))
        places[maker] = steps.count - 1
        return .step(steps.count - 1)
      }
      steps.removeLast(steps.count - before)
      places = known
    }
    return nil
  }
}
