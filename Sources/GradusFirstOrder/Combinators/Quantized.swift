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

    fileprivate mutating func withMemory(_ body: (CodedMemory) -> Void) {
      codes.elements.withUnsafeMutableBufferPointer { codes in
        scales.elements.withUnsafeMutableBufferPointer { scales in
          exact.elements.withUnsafeMutableBufferPointer { exact in
            guard let codes = codes.baseAddress, let scales = scales.baseAddress else { return }
            // Where nothing is exact, nothing is looked for in its place.
            body(CodedMemory(codes: codes, scales: scales, exact: exact.baseAddress ?? scales))
          }
        }
      }
    }

    /// Bytes of everything.
    public var byteCount: Int {
      cells.count * Cells<Rule.Cell>.words * 4 + codes.count + 4 * (scales.count + exact.count)
    }
  }

  /// Numbers in a block.
  static var block: Int { DynamicCode.block }
  /// Blocks whose numbers lie beside each other in the first cache.
  private static var batch: Int { 2 }
  /// Blocks that a thread takes at once.
  private static var several: Int { 64 }

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
    let cells = [Rule.Cell](repeating: rule.cell, count: Self.block / Lane.scalarCount)
    BlockCodec.with(Rule.memory, isDithered: isDithered) { codec in
      cells.withUnsafeBytes { bytes in
        state.withMemory { memory in
          guard let numbers = bytes.assumingMemoryBound(to: Float.self).baseAddress else { return }
          for block in 0..<blocks { codec.encode(numbers, memory, block..<block + 1, step: 0) }
        }
      }
    }
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
    let rule = rule
    parameters.withUnsafeMutableBufferPointer { parameters in
      gradient.withUnsafeBufferPointer { gradient in
        guard let p = parameters.baseAddress, let g = gradient.baseAddress else { return }
        state.cells.withUnsafeMutableBufferPointer { cells in
          guard var c = cells.baseAddress else { return }
          for slot in layout.slots where isSmall(slot) {
            rule.pass(p + slot.offset, g + slot.offset, c, count: slot.count, constants)
            c += Lane.number(slot.count)
          }
        }
        BlockCodec.with(Rule.memory, isDithered: isDithered) { codec in
          state.withMemory { memory in
            var start = 0
            for slot in layout.slots where !isSmall(slot) {
              sweep(p + slot.offset, g + slot.offset, slot.count, codec, memory, start, constants, context)
              start += (slot.count + Self.block - 1) / Self.block
            }
          }
        }
      }
    }
  }

  /// The blocks of one tensor, the first of which has the number `start`.
  private func sweep(
    _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ count: Int, _ codec: BlockCodec,
    _ memory: CodedMemory, _ start: Int, _ constants: Rule.Constants, _ context: StepContext
  ) {
    let (rule, step) = (rule, context.step)
    let blocks = (count + Self.block - 1) / Self.block
    let work = { (group: Int) in
      // Cells at the beginnings of lines of the cache, which their type alone does not ask for.
      let size = Self.batch * Self.block / Lane.scalarCount * MemoryLayout<Rule.Cell>.stride
      withUnsafeTemporaryAllocation(byteCount: size, alignment: 64) { scratch in
        guard let base = scratch.baseAddress else { return }
        let (c, numbers) = (base.assumingMemoryBound(to: Rule.Cell.self), base.assumingMemoryBound(to: Float.self))
        let end = min(blocks, (group + 1) * Self.several)
        for block in stride(from: group * Self.several, to: end, by: Self.batch) {
          let batch = start + block..<start + min(end, block + Self.batch)
          codec.decode(numbers, memory, batch)
          let offset = block * Self.block
          rule.pass(p + offset, g + offset, c, count: min(Self.batch * Self.block, count - offset), constants)
          codec.encode(numbers, memory, batch, step: step)
        }
      }
    }
    let groups = (blocks + Self.several - 1) / Self.several
    if let crew = context.crew, groups > 1 {
      crew.run(groups, work)
    } else {
      for group in 0..<groups { work(group) }
    }
  }
}
