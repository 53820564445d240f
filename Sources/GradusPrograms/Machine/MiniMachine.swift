// SPDX-License-Identifier: Apache-2.0

/// Runs instructions: registers in one block of memory, a step counted for each cost, everything else refused.
struct MiniMachine {
  struct Frame {
    /// Where to go on, where the frame begins, and where the result goes.
    var next: Int
    var base: Int
    var target: Int
  }

  let code: MiniCode
  let limits: MiniLimits
  var heap: MiniHeap
  var frames: [Frame] = []
  var calls: [ToolCall] = []
  /// By register: the number of the tool call whose result is there.
  var origins: [Int: Int] = [:]
  /// Where the run is, for whoever reports a fault.
  private var pc = 0

  init(_ code: MiniCode, _ limits: MiniLimits) {
    self.code = code
    self.limits = limits
    heap = MiniHeap(limits: limits)
  }

  mutating func run(_ number: Int, _ arguments: [MiniValue]) -> MiniExecution {
    var hits = [Int](repeating: 0, count: code.instructions.count)
    heap.budget = max(0, limits.steps)
    let end: MiniExecution.End
    do throws(MiniFault) {
      let words = try self.words(number, arguments)
      let word = try hits.withUnsafeMutableBufferPointer { hits throws(MiniFault) in
        try code.instructions.withUnsafeBufferPointer { program throws(MiniFault) in
          try loop(number, words, program, hits)
        }
      }
      end = .value(heap.value(word, code.entries[number].result))
    } catch {
      end = .fault(MiniFault(error.reason, line: pc > 0 ? Int(code.lines[pc - 1]) : error.line))
    }
    var profile: [Int: Int] = [:]
    for (k, steps) in hits.enumerated() where steps > 0 { profile[Int(code.lines[k]), default: 0] += steps }
    return MiniExecution(
      end, steps: hits.reduce(0, +), peakCells: heap.peak, profile: profile, calls: calls)
  }

  /// Constants in their order from the end, then the arguments.
  private mutating func words(_ number: Int, _ arguments: [MiniValue]) throws(MiniFault) -> [Int] {
    var words: [Int] = []
    words.reserveCapacity(code.constants.count + arguments.count)
    for (k, constant) in code.constants.enumerated().reversed() {
      words.append(
        code.textConstants.contains(k) ? try heap.make(code.texts[constant], holdsHandles: false) : constant)
    }
    for (argument, type) in zip(arguments, code.entries[number].parameters) {
      words.append(try heap.word(argument, type))
    }
    return words
  }

  // The loop is one function, so that where it is and what is left stay in registers of the processor.
  private mutating func loop(
    _ number: Int, _ words: [Int], _ program: UnsafeBufferPointer<MiniInstruction>,
    _ hits: UnsafeMutableBufferPointer<Int>
  ) throws(MiniFault) -> Int {
    let constantCount = code.constants.count
    var capacity = constantCount + max(256, code.entries[number].registers + words.count)
    var memory = UnsafeMutablePointer<Int>.allocate(capacity: capacity)
    memory.initialize(repeating: 0, count: capacity)
    defer { memory.deallocate() }
    for (k, word) in words.enumerated() { memory[k] = word }
    var constants = memory + constantCount
    var r = constants
    var base = 0
    var at = code.entries[number].start
    var left = heap.budget
    let depthLimit = min(max(0, limits.depth), 10_000)
    guard depthLimit > 0 else { throw MiniFault(.depthLimit(depthLimit)) }
    defer { pc = at }
    while true {
      let step = program[at]
      let a = Int(step.a)
      guard left >= Int(step.cost) else {
        at += 1
        throw MiniFault(.stepLimit(limits.steps))
      }
      left &-= Int(step.cost)
      hits[at] &+= Int(step.cost)
      at &+= 1
      /// The value of an operand.
      @inline(__always) func get(_ operand: Int32) -> Int { operand < 0 ? constants[Int(operand)] : r[Int(operand)] }
      @inline(__always) func real(_ operand: Int32) -> Double {
        Double(bitPattern: UInt64(UInt(bitPattern: get(operand))))
      }
      @inline(__always) func bits(_ value: Double) -> Int { Int(bitPattern: UInt(value.bitPattern)) }
      switch step.code {
      case .move: r[a] = get(step.b)
      case .share:
        let handle = get(step.b)
        heap.retain(handle)
        r[a] = handle
      case .drop: heap.release(r[a])
      case .replace:
        heap.release(r[a])
        r[a] = r[Int(step.b)]
      case .add:
        let (value, isOver) = get(step.b).addingReportingOverflow(get(step.c))
        if isOver { throw MiniFault(.overflow) }
        r[a] = value
      case .subtract:
        let (value, isOver) = get(step.b).subtractingReportingOverflow(get(step.c))
        if isOver { throw MiniFault(.overflow) }
        r[a] = value
      case .multiply:
        let (value, isOver) = get(step.b).multipliedReportingOverflow(by: get(step.c))
        if isOver { throw MiniFault(.overflow) }
        r[a] = value
      case .divide, .remainder:
        let (x, y) = (get(step.b), get(step.c))
        if y == 0 { throw MiniFault(.zeroDivisor) }
        let (value, isOver) =
          step.code == .divide ? x.dividedReportingOverflow(by: y) : x.remainderReportingOverflow(dividingBy: y)
        // The remainder by −1 is 0, whatever the quotient.
        if isOver, step.code == .divide { throw MiniFault(.overflow) }
        r[a] = isOver ? 0 : value
      case .negate:
        let value = get(step.b)
        if value == .min { throw MiniFault(.overflow) }
        r[a] = -value
      case .addFloat: r[a] = bits(real(step.b) + real(step.c))
      case .subtractFloat: r[a] = bits(real(step.b) - real(step.c))
      case .multiplyFloat: r[a] = bits(real(step.b) * real(step.c))
      case .divideFloat: r[a] = bits(real(step.b) / real(step.c))
      case .negateFloat: r[a] = bits(-real(step.b))
      case .equal: r[a] = get(step.b) == get(step.c) ? 1 : 0
      case .unequal: r[a] = get(step.b) == get(step.c) ? 0 : 1
      case .less: r[a] = get(step.b) < get(step.c) ? 1 : 0
      case .atMost: r[a] = get(step.b) <= get(step.c) ? 1 : 0
      case .equalFloat: r[a] = real(step.b) == real(step.c) ? 1 : 0
      case .unequalFloat: r[a] = real(step.b) == real(step.c) ? 0 : 1
      case .lessFloat: r[a] = real(step.b) < real(step.c) ? 1 : 0
      case .atMostFloat: r[a] = real(step.b) <= real(step.c) ? 1 : 0
      case .not: r[a] = 1 - get(step.b)
      case .jump: at = Int(step.c)
      case .jumpIfFalse: if get(step.a) == 0 { at = Int(step.c) }
      case .jumpIfTrue: if get(step.a) != 0 { at = Int(step.c) }
      case .jumpUnlessLess: if get(step.a) >= get(step.b) { at = Int(step.c) }
      case .loopNext:
        let next = r[a] &+ 1
        r[a] = next
        if next < r[Int(step.b)] { at = Int(step.c) }
      case .count: r[a] = heap.count(get(step.b))
      case .element: r[a] = try heap.element(get(step.b), get(step.c))
      case .elementShared:
        let inner = try heap.element(get(step.b), get(step.c))
        heap.retain(inner)
        r[a] = inner
      case .elementText:
        r[a] = try heap.make([heap.element(get(step.b), get(step.c))], holdsHandles: false)
      case .setElement, .push:
        // A copy is charged where it happens.
        heap.budget = left
        r[a] = try heap.unique(r[a])
        hits[at &- 1] &+= left &- heap.budget
        left = heap.budget
        if step.code == .push {
          try heap.append(r[a], get(step.b))
        } else {
          _ = try heap.exchange(r[a], get(step.b), get(step.c))
        }
      case .setElementHandle, .pushHandle, .detach, .setElementBack, .makeList, .makeHandleList, .joinLists, .equalDeep,
        .unequalDeep, .lessText, .atMostText, .builtin:
        heap.budget = left
        defer {
          hits[at &- 1] &+= left &- heap.budget
          left = heap.budget
        }
        try perform(step, r, constants, type: program[min(at, program.count - 1)].a)
      case .call:
        guard frames.count + 1 < depthLimit else { throw MiniFault(.depthLimit(depthLimit)) }
        let entry = code.entries[Int(step.c)]
        frames.append(Frame(next: at, base: base, target: base + a))
        base += Int(step.b)
        let needed = constantCount + base + entry.registers
        if needed > capacity {
          let larger = UnsafeMutablePointer<Int>.allocate(capacity: 2 * needed)
          larger.initialize(repeating: 0, count: 2 * needed)
          larger.update(from: memory, count: capacity)
          memory.deallocate()
          (memory, capacity) = (larger, 2 * needed)
          constants = memory + constantCount
        }
        r = constants + base
        at = entry.start
      case .give:
        let word = get(step.a)
        guard let frame = frames.popLast() else { return word }
        if !code.tools.isEmpty { origins[frame.target] = step.a < 0 ? nil : origins[base + a] }
        base = frame.base
        r = constants + base
        constants[frame.target] = word
        at = frame.next
      case .tool: try callTool(step, r, base, line: Int(code.lines[at - 1]))
      case .forget: origins[base + a] = nil
      case .moveTraced: origins[base + a] = step.b < 0 ? nil : origins[base + Int(step.b)]
      case .type: break
      }
    }
  }

  /// The value comes from a tool; what it was given is noted, with where that came from.
  private mutating func callTool(
    _ step: MiniInstruction, _ r: UnsafeMutablePointer<Int>, _ base: Int, line: Int
  ) throws(MiniFault) {
    let tool = code.tools[Int(step.c)]
    let first = Int(step.b)
    var values: [MiniValue] = []
    var arguments: [ToolCall.Argument] = []
    for (k, parameter) in tool.parameters.enumerated() {
      let value = heap.value(r[first + k], parameter.type)
      values.append(value)
      arguments.append(origins[base + first + k].map { .result(of: $0) } ?? .literal(value))
    }
    let answer: MiniValue
    do { answer = try tool.answer(values) } catch {
      throw MiniFault(.tool(tool.name, cause: "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")))
    }
    guard answer.has(tool.result) else {
      throw MiniFault(.tool(tool.name, cause: "its answer is no \(tool.result)"))
    }
    r[Int(step.a)] = try heap.word(answer, tool.result)
    origins[base + Int(step.a)] = calls.count
    calls.append(ToolCall(tool.name, arguments, result: answer, line: line))
  }
}
