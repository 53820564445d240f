// SPDX-License-Identifier: Apache-2.0
import GradusNative
import GradusNumerics

/// Any elementwise rule with its memory in bytes: about a quarter of the memory, in one pass.
///
///     block of 256 numbers of the memory:   scale = max |x|,   codes of x/scale
///     step:   numbers from codes,  the step of the rule in 32 bits,  codes of the new numbers
///
/// Signed and unsigned memory has a code of its own; numbers that must be exact, and tensors with fewer than `least`
/// numbers, stay in 32 bits.
///
/// **Keeps** one byte for each number the rule keeps, and four bytes for each 256 of them.
/// **Reference** T. Dettmers, M. Lewis, S. Shleifer, L. Zettlemoyer, *8-bit optimizers via block-wise quantization*,
/// ICLR 2022.
public struct Quantized<Rule: FusedRule>: UpdateRule {
  public var rule: Rule
  /// Smaller tensors stay in 32 bits.
  public var least: Int

  /// Whether numbers are rounded to either neighbor, so that slow averages move; to the nearest as published otherwise.
  public var isDithered: Bool

  /// The numbers that bytes stand for. The linear code is a baseline: steps by rules with a denominator get lost with it.
  public var code: ByteCode.Kind
  /// Numbers with one scale; nil: those of a tensor. Another one than 256, like another code, is looked up number by number.
  public var blockSize: Int?

  public init(
    _ rule: Rule, least: Int = 4096, isDithered: Bool = true, code: ByteCode.Kind = .dynamic, blockSize: Int? = 256
  ) {
    precondition(least >= 0, "a tensor has no fewer than 0 numbers")
    precondition(rule.wantedCurvature(at: 1) == nil, "a rule with its memory in bytes hears no curvature")
    precondition(blockSize.map { $0 > 0 } ?? true, "a block has at least one number")
    self.rule = rule
    self.least = least
    self.isDithered = isDithered
    self.code = code
    self.blockSize = blockSize
  }

  /// Cells of small tensors, codes and scales of the others, and what must be exact of these.
  public struct State: Sendable, Codable {
    var cells: Cells<Rule.Cell>
    var codes: Buffer<UInt8>
    var scales: Buffer<Float>
    var exact: Buffer<Float>

    /// Bytes of everything.
    public var byteCount: Int {
      cells.count * Cells<Rule.Cell>.words * 4 + codes.count + 4 * (scales.count + exact.count)
    }
  }

  /// Numbers in a block.
  static var block: Int { 256 }

  private var words: Int { Cells<Rule.Cell>.words / Lane.scalarCount }
  private var coded: Int { Rule.memory.count { $0 != .exact } }

  /// That of a large tensor.
  public var wordsPerParameter: Double { Double(coded) / 4 + Double(words - coded) }
  public var needsGradientNorm: Bool { rule.needsGradientNorm }
  public var treatsTensorsAlone: Bool { true }

  private func isSmall(_ slot: Layout.Slot) -> Bool { slot.count < least }

  /// Everything zero, or what the cells of the rule begin with.
  public func start(_ layout: Layout) -> State {
    precondition(Rule.memory.count == words, "the rule declares \(Rule.memory.count) of \(words) numbers")
    if !isUsual { return searchedStart(layout) }
    var state = State(
      cells: Cells(
        repeating: rule.cell, count: layout.slots.reduce(0) { $0 + (isSmall($1) ? Lane.number($1.count) : 0) }),
      codes: [], scales: [], exact: [])
    let blocks = layout.slots.reduce(0) { $0 + (isSmall($1) ? 0 : ($1.count + Self.block - 1) / Self.block) }
    state.codes = Buffer(repeating: 0, count: blocks * coded * Self.block)
    state.scales = Buffer(repeating: 0, count: blocks * coded)
    state.exact = Buffer(repeating: 0, count: blocks * (words - coded) * Self.block)
    var cells = [Rule.Cell](repeating: rule.cell, count: Self.block / Lane.scalarCount)
    let codec = BlockCodec(memory: Rule.memory, isDithered: isDithered)
    for block in 0..<blocks { codec.encode(&cells, block, &state.codes, &state.scales, &state.exact) }
    return state
  }

  /// One pass: each block is read from its codes, stepped, and coded again.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout State, layout: Layout,
    context: StepContext
  ) {
    Blocks.check(parameters.count, gradient.count, layout)
    var context = context
    if rule.needsGradientNorm, context.gradientNorm == nil { context.gradientNorm = gradientNorm(gradient) }
    if !isUsual {
      let constants = rule.constants(context)
      parameters.withUnsafeMutableBufferPointer { p in
        gradient.withUnsafeBufferPointer { g in
          if let p = p.baseAddress, let g = g.baseAddress { searchedUpdate(p, g, &state, layout, constants) }
        }
      }
      return
    }
    let blocks = layout.slots.reduce(0) { $0 + (isSmall($1) ? 0 : ($1.count + Self.block - 1) / Self.block) }
    precondition(
      state.scales.count == blocks * coded
        && state.cells.count == layout.slots.reduce(0) { $0 + (isSmall($1) ? Lane.number($1.count) : 0) },
      "the memory of the rule belongs to another layout")
    let constants = rule.constants(context)
    let codec = BlockCodec(memory: Rule.memory, isDithered: isDithered)
    let (rule, coded, exact) = (rule, coded, words - coded)
    parameters.withUnsafeMutableBufferPointer { parameters in
      gradient.withUnsafeBufferPointer { gradient in
        state.cells.withUnsafeMutableBufferPointer { cells in
          guard let p = parameters.baseAddress, let g = gradient.baseAddress else { return }
          var small = 0
          var first = 0
          for slot in layout.slots {
            let (p, g, count) = (p + slot.offset, g + slot.offset, slot.count)
            if isSmall(slot) {
              guard let c = cells.baseAddress else { continue }
              rule.pass(p, g, c + small, count: count, constants)
              small += Lane.number(count)
              continue
            }
            let (start, blocks) = (first, (count + Self.block - 1) / Self.block)
            first += blocks
            state.codes.elements.withUnsafeMutableBufferPointer { codes in
              state.scales.elements.withUnsafeMutableBufferPointer { scales in
                state.exact.elements.withUnsafeMutableBufferPointer { exacts in
                  let memory = CodedMemory(codes: codes, scales: scales, exact: exacts, coded: coded, kept: exact)
                  let several = 64
                  let work = { (group: Int) in
                    withUnsafeTemporaryAllocation(of: Rule.Cell.self, capacity: Self.block / Lane.scalarCount) {
                      scratch in
                      guard let c = scratch.baseAddress else { return }
                      for block in group * several..<min(blocks, (group + 1) * several) {
                        codec.decode(
                          UnsafeMutableRawPointer(c).assumingMemoryBound(to: Float.self), memory, start + block)
                        let offset = block * Self.block
                        let length = min(Self.block, count - offset)
                        rule.pass(p + offset, g + offset, c, count: length, constants)
                        codec.encode(
                          UnsafeMutableRawPointer(c).assumingMemoryBound(to: Float.self), memory, start + block)
                      }
                    }
                  }
                  let groups = (blocks + several - 1) / several
                  if let crew = context.crew, groups > 1 {
                    crew.run(groups, work)
                  } else {
                    for group in 0..<groups { work(group) }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
