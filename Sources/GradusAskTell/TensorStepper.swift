// SPDX-License-Identifier: Apache-2.0
import Gradus

/// A rule with its memory of tensors that lie wherever the caller has them.
///
/// Rules that treat tensors alone keep a memory for each and update it where it lies. Others see one flat buffer: tensors that
/// lie one behind the other are updated in place, and all others are copied together and back.
struct TensorStepper<Rule: CataloguedRule>: RuleStepping {
  private let rule: Rule
  private let layout: Layout
  /// One a tensor, or one for all.
  private var parts: [Part]
  private let crew: WorkCrew?
  /// Room for tensors that have to be copied together.
  private var flat: [Float] = []
  private var flatGradient: [Float] = []

  /// The memory of some tensors.
  private struct Part: Sendable, Codable {
    var layout: Layout
    var memory: Rule.State
    var step = 0
  }

  private struct Saved: Codable {
    var rule: Rule
    var layout: Layout
    var parts: [Part]
    var threads: Int
  }

  init(_ rule: Rule, _ layout: Layout, crew: WorkCrew?) {
    self.rule = rule
    self.layout = layout
    self.crew = crew
    let layouts = rule.treatsTensorsAlone ? layout.slots.map(Self.alone) : [layout]
    parts = layouts.map { Part(layout: $0, memory: rule.start($0)) }
  }

  private static func alone(_ slot: Layout.Slot) -> Layout {
    var layout = Layout()
    layout.append(slot.name, slot.shape, isInputsFirst: slot.isInputsFirst)
    return layout
  }

  init(_ checkpoint: Checkpoint) throws {
    let saved = try checkpoint.content(Saved.self)
    rule = saved.rule
    layout = saved.layout
    parts = saved.parts
    crew = saved.threads > 1 ? WorkCrew(width: saved.threads) : nil
    guard parts.count == (rule.treatsTensorsAlone ? layout.slots.count : 1) else {
      throw AskTellError(.state, "the memory belongs to another layout")
    }
  }

  func saved() throws -> [UInt8] {
    let saved = Saved(rule: rule, layout: layout, parts: parts, threads: crew?.width ?? 1)
    return try Checkpoint(saved, of: Rule.card.name).serialized()
  }

  var facts: RuleFacts {
    let rate = Rule.settings.first { $0.name == "rate" }.flatMap { Double($0.read(rule)) }
    return RuleFacts(
      name: Rule.card.name, rate: rate ?? .nan, counts: layout.slots.map(\.count), needsLoss: rule.needsLoss,
      treatsTensorsAlone: rule.treatsTensorsAlone, bytesPerNumber: 4 * rule.wordsPerParameter)
  }

  // MARK: Stepping

  mutating func step(_ tensors: RuleTensors) throws(AskTellError) {
    try check(tensors)
    var context = StepContext(step: 1, rateFactor: tensors.rateFactor, loss: tensors.loss, crew: crew)
    if rule.treatsTensorsAlone {
      if rule.needsGradientNorm { context.gradientNorm = norm(of: tensors.gradients) }
      for (k, slot) in layout.slots.enumerated() {
        guard let gradient = UnsafePointer<Float>(bitPattern: tensors.gradients[k]),
          let parameters = UnsafeMutablePointer<Float>(bitPattern: tensors.parameters[k])
        else { continue }
        update(k, parameters, gradient, count: slot.count, context)
      }
      return
    }
    updateAll(tensors, context)
  }

  private mutating func update(
    _ part: Int, _ parameters: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, count: Int,
    _ context: StepContext
  ) {
    parts[part].step += 1
    var context = context
    context.step = parts[part].step
    let target = UnsafeMutableBufferPointer(start: parameters, count: count)
    var span = target.mutableSpan
    let layout = parts[part].layout
    rule.update(
      &span, gradient: UnsafeBufferPointer(start: gradient, count: count).span, state: &parts[part].memory,
      layout: layout, context: context)
  }

  /// A step of a rule that sees all tensors as one.
  private mutating func updateAll(_ tensors: RuleTensors, _ context: StepContext) {
    guard tensors.gradients.contains(where: { $0 != 0 }) else { return }
    let count = layout.count
    var gradient = isAdjacent(tensors.gradients) ? UnsafePointer<Float>(bitPattern: tensors.gradients[0]) : nil
    var gathered = flatGradient
    flatGradient = []
    if gradient == nil { gather(tensors.gradients, &gathered) }
    var parameters =
      isAdjacent(tensors.parameters) ? UnsafeMutablePointer<Float>(bitPattern: tensors.parameters[0]) : nil
    let isInPlace = parameters != nil
    var copy = flat
    flat = []
    if !isInPlace { gather(tensors.parameters, &copy) }
    gathered.withUnsafeBufferPointer { own in
      copy.withUnsafeMutableBufferPointer { target in
        gradient = gradient ?? own.baseAddress
        parameters = parameters ?? target.baseAddress
        guard let gradient, let parameters else { return }
        update(0, parameters, gradient, count: count, context)
      }
    }
    if !isInPlace { scatter(copy, tensors.parameters) }
    flat = copy
    flatGradient = gathered
  }

  /// True when each tensor lies right behind the one before it.
  private func isAdjacent(_ addresses: [UInt]) -> Bool {
    guard let first = addresses.first, first != 0 else { return false }
    return zip(layout.slots, addresses).allSatisfy { $1 == first + UInt(4 * $0.offset) }
  }

  /// Tensors copied together; zeros for those that are not there.
  private func gather(_ addresses: [UInt], _ target: inout [Float]) {
    if target.count != layout.count { target = [Float](repeating: 0, count: layout.count) }
    target.withUnsafeMutableBufferPointer { target in
      guard let base = target.baseAddress else { return }
      for (slot, address) in zip(layout.slots, addresses) {
        if let source = UnsafePointer<Float>(bitPattern: address) {
          (base + slot.offset).update(from: source, count: slot.count)
        } else {
          (base + slot.offset).update(repeating: 0, count: slot.count)
        }
      }
    }
  }

  private func scatter(_ source: [Float], _ addresses: [UInt]) {
    source.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      for (slot, address) in zip(layout.slots, addresses) {
        UnsafeMutablePointer<Float>(bitPattern: address)?.update(from: base + slot.offset, count: slot.count)
      }
    }
  }

  // MARK: Averages

  func average(_ sources: [UInt], into targets: [UInt]) throws(AskTellError) -> Bool {
    let count = layout.slots.count
    guard sources.count == count, targets.count == count, !sources.contains(0), !targets.contains(0) else {
      throw AskTellError(.badRequest, "there must be \(count) tensors, each with an address")
    }
    if !rule.treatsTensorsAlone {
      var all: [Float] = []
      gather(sources, &all)
      guard let found = rule.evaluationPoint(all.span, state: parts[0].memory, layout: layout) else { return false }
      scatter(found, targets)
      return true
    }
    var isDifferent = false
    for (k, slot) in layout.slots.enumerated() {
      guard let start = UnsafePointer<Float>(bitPattern: sources[k]),
        let target = UnsafeMutablePointer<Float>(bitPattern: targets[k])
      else { continue }
      let source = UnsafeBufferPointer(start: start, count: slot.count)
      guard let found = rule.evaluationPoint(source.span, state: parts[k].memory, layout: parts[k].layout) else {
        continue
      }
      isDifferent = true
      for i in found.indices { target[i] = found[i] }
    }
    return isDifferent
  }

  // MARK: Looking at tensors

  private func check(_ tensors: RuleTensors) throws(AskTellError) {
    let count = layout.slots.count
    guard tensors.parameters.count == count, tensors.gradients.count == count else {
      throw AskTellError(.badRequest, "there must be \(count) tensors with their gradients")
    }
    guard !tensors.parameters.contains(0) else { throw AskTellError(.badRequest, "a tensor has no address") }
    guard (tensors.parameters + tensors.gradients).allSatisfy({ $0.isMultiple(of: 4) }) else {
      throw AskTellError(.badRequest, "a tensor lies across the boundaries of its numbers; copy it")
    }
    guard tensors.rateFactor.isFinite, tensors.rateFactor >= 0 else {
      throw AskTellError(.setting, "the learning rate may not be multiplied by \(tensors.rateFactor)")
    }
    if rule.needsLoss, tensors.loss?.isFinite != true {
      throw AskTellError(.badRequest, "\(Rule.card.name) needs the loss beside the gradients; nothing was changed")
    }
    guard tensors.areChecked else { return }
    for (slot, address) in zip(layout.slots, tensors.gradients) {
      guard let start = UnsafePointer<Float>(bitPattern: address) else { continue }
      let gradient = UnsafeBufferPointer(start: start, count: slot.count)
      guard let i = gradient.firstIndex(where: { !$0.isFinite }) else { continue }
      throw AskTellError(
        .badRequest, "the gradient of \"\(slot.name)\" is \(gradient[i]) at number \(i); nothing was changed")
    }
  }

  /// |g| of all tensors together.
  private func norm(of gradients: [UInt]) -> Double {
    var sum = 0.0
    for (slot, address) in zip(layout.slots, gradients) {
      guard let start = UnsafePointer<Float>(bitPattern: address) else { continue }
      sum += gradientSquare(UnsafeBufferPointer(start: start, count: slot.count).span)
    }
    return sum.squareRoot()
  }
}
