// SPDX-License-Identifier: Apache-2.0

/// Tensors that a rule updates together, and where they lie in the whole buffer.
struct Piece {
  var layout = Layout()
  /// Stretches of the whole buffer, in the order of the layout.
  var ranges: [Range<Int>] = []

  private mutating func append(_ slot: Layout.Slot) {
    layout.append(slot.name, slot.shape, isInputsFirst: slot.isInputsFirst)
    if let last = ranges.last, last.upperBound == slot.offset {
      ranges[ranges.count - 1] = last.lowerBound..<slot.range.upperBound
    } else {
      ranges.append(slot.range)
    }
  }

  /// The tensors of a layout that are meant: one piece for each stretch of neighbors where the rule treats tensors alone,
  /// otherwise one piece for all of them.
  static func pieces(_ layout: Layout, alone: Bool, where isMeant: (Layout.Slot) -> Bool) -> [Piece] {
    var pieces: [Piece] = []
    var isNext = false
    for slot in layout.slots {
      guard isMeant(slot) else {
        isNext = false
        continue
      }
      if pieces.isEmpty || alone && !isNext { pieces.append(Piece()) }
      pieces[pieces.count - 1].append(slot)
      isNext = true
    }
    return pieces
  }

  /// One step of the rule on this piece of the whole.
  func update<Rule: UpdateRule>(
    _ rule: Rule, _ parameters: inout MutableSpan<Float>, _ gradient: Span<Float>, _ state: inout Rule.State,
    _ context: StepContext
  ) {
    let (ranges, layout) = (ranges, layout)
    parameters.withUnsafeMutableBufferPointer { p in
      gradient.withUnsafeBufferPointer { g in
        if ranges.count == 1 {
          var span = UnsafeMutableBufferPointer(rebasing: p[ranges[0]]).mutableSpan
          let slope = UnsafeBufferPointer(rebasing: g[ranges[0]]).span
          rule.update(&span, gradient: slope, state: &state, layout: layout, context: context)
        } else {
          // Sums of the rule run over all its tensors, so they are gathered.
          var own = ranges.flatMap { p[$0] }
          let slope = ranges.flatMap { g[$0] }
          var span = own.mutableSpan
          rule.update(&span, gradient: slope.span, state: &state, layout: layout, context: context)
          var place = 0
          for range in ranges {
            for j in range {
              p[j] = own[place]
              place += 1
            }
          }
        }
      }
    }
  }

  /// What is told of the whole, for the tensors of this piece.
  func hear<Rule: UpdateRule>(_ rule: Rule, _ diagonal: Span<Float>, _ state: inout Rule.State) {
    let own = diagonal.withUnsafeBufferPointer { all in ranges.flatMap { all[$0] } }
    rule.hear(own.span, state: &state, layout: layout)
  }

  /// Replaces the piece in `point` by what the rule reports in its place; false when it reports the parameters.
  func evaluate<Rule: UpdateRule>(_ rule: Rule, _ state: Rule.State, _ point: inout [Float]) -> Bool {
    let own = ranges.flatMap { point[$0] }
    guard let found = rule.evaluationPoint(own.span, state: state, layout: layout) else { return false }
    var place = 0
    for range in ranges {
      for j in range {
        point[j] = found[place]
        place += 1
      }
    }
    return true
  }
}
