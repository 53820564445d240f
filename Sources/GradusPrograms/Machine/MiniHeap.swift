// SPDX-License-Identifier: Apache-2.0

/// Strings and lists by number, with counts of their references: what is in use at a time is exact, the same on every machine.
///
/// Elements are 64 bits: whole numbers, the bits of a Float, numbers of other objects, Unicode scalars. References form trees, as types
/// nest finitely, so counting finds everything.
struct MiniHeap {
  struct Object {
    var words: [Int]
    var references = 1
    var holdsHandles: Bool
  }

  private(set) var objects: [Object] = []
  private var free: [Int] = []
  private(set) var live = 0
  private(set) var peak = 0
  let limit: Int
  /// Steps that are left; what walks over elements takes from it.
  var budget = 0
  let stepLimit: Int

  init(limits: MiniLimits) {
    limit = max(0, limits.cells)
    stepLimit = limits.steps
  }

  /// Takes steps, or stops the run.
  mutating func charge(_ steps: Int) throws(MiniFault) {
    guard steps <= budget else { throw MiniFault(.stepLimit(stepLimit)) }
    budget -= steps
  }

  private mutating func reserve(_ cells: Int) throws(MiniFault) {
    guard cells <= limit - live else { throw MiniFault(.cellLimit(limit)) }
    live += cells
    peak = max(peak, live)
  }

  /// Throws where `count` elements more would not fit: asked before they are made.
  func check(_ count: Int) throws(MiniFault) {
    guard count < limit - live else { throw MiniFault(.cellLimit(limit)) }
  }

  /// A new object with one reference. References of elements go along.
  mutating func make(_ words: [Int], holdsHandles: Bool) throws(MiniFault) -> Int {
    try reserve(words.count + 1)
    let object = Object(words: words, holdsHandles: holdsHandles)
    if let number = free.popLast() {
      objects[number] = object
      return number
    }
    objects.append(object)
    return objects.count - 1
  }

  @inline(__always)
  func words(_ handle: Int) -> [Int] { objects[handle].words }

  func holdsHandles(_ handle: Int) -> Bool { objects[handle].holdsHandles }

  @inline(__always)
  func count(_ handle: Int) -> Int { objects[handle].words.count }

  @inline(__always)
  mutating func retain(_ handle: Int) { objects[handle].references += 1 }

  @inline(__always)
  mutating func release(_ handle: Int) {
    objects[handle].references -= 1
    if objects[handle].references == 0 { discard(handle) }
  }

  private mutating func discard(_ handle: Int) {
    let object = objects[handle]
    live -= object.words.count + 1
    objects[handle].words = []
    free.append(handle)
    // As deep as types nest.
    if object.holdsHandles { for inner in object.words { release(inner) } }
  }

  /// The object itself where it has one reference, else a copy in its place; for changing it.
  @inline(__always)
  mutating func unique(_ handle: Int) throws(MiniFault) -> Int {
    objects[handle].references == 1 ? handle : try copied(handle)
  }

  private mutating func copied(_ handle: Int) throws(MiniFault) -> Int {
    let words = objects[handle].words
    try charge(words.count)
    let copy = try make(words, holdsHandles: objects[handle].holdsHandles)
    if objects[handle].holdsHandles { for inner in words { retain(inner) } }
    objects[handle].references -= 1
    return copy
  }

  @inline(__always)
  func element(_ handle: Int, _ index: Int) throws(MiniFault) -> Int {
    let count = objects[handle].words.count
    guard index >= 0, index < count else { throw MiniFault(.index(index, count: count)) }
    return objects[handle].words[index]
  }

  /// Puts a word in the place of an element; the object has one reference. What was there comes back.
  @inline(__always)
  mutating func exchange(_ handle: Int, _ index: Int, _ word: Int) throws(MiniFault) -> Int {
    let count = objects[handle].words.count
    guard index >= 0, index < count else { throw MiniFault(.index(index, count: count)) }
    let old = objects[handle].words[index]
    objects[handle].words[index] = word
    return old
  }

  @inline(__always)
  mutating func append(_ handle: Int, _ word: Int) throws(MiniFault) {
    try reserve(1)
    objects[handle].words.append(word)
  }

  // MARK: Values

  /// A value of this type as a word; lists and texts become objects.
  mutating func word(_ value: MiniValue, _ type: MiniType) throws(MiniFault) -> Int {
    switch value {
    case .int(let value): return value
    case .bool(let value): return value ? 1 : 0
    case .float(let value): return Int(bitPattern: UInt(value.bitPattern))
    case .string(let text): return try make(text.unicodeScalars.map { Int($0.value) }, holdsHandles: false)
    case .list(let items):
      let element = type.element ?? .int
      var words: [Int] = []
      words.reserveCapacity(items.count)
      for item in items { words.append(try word(item, element)) }
      return try make(words, holdsHandles: element.isHandle)
    }
  }

  /// The value of a word of this type.
  func value(_ word: Int, _ type: MiniType) -> MiniValue {
    switch type {
    case .int: .int(word)
    case .bool: .bool(word != 0)
    case .float: .float(Double(bitPattern: UInt64(UInt(bitPattern: word))))
    case .string: .string(text(word))
    case .list(let element): .list(objects[word].words.map { value($0, element) })
    }
  }

  func text(_ handle: Int) -> String {
    var text = ""
    for word in objects[handle].words {
      if let scalar = Unicode.Scalar(UInt32(truncatingIfNeeded: word)) { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  /// Whether two words of one type are the same value. A step for each element that is looked at.
  mutating func isSame(_ a: Int, _ b: Int, _ type: MiniType) throws(MiniFault) -> Bool {
    switch type {
    case .int, .bool: return a == b
    case .float:
      return Double(bitPattern: UInt64(UInt(bitPattern: a))) == Double(bitPattern: UInt64(UInt(bitPattern: b)))
    case .string, .list:
      let (left, right) = (objects[a].words, objects[b].words)
      guard left.count == right.count else { return false }
      let element = type.element ?? .int
      for k in left.indices {
        try charge(1)
        if try !isSame(left[k], right[k], element) { return false }
      }
      return true
    }
  }

  /// Whether a text comes before another, or is the same where `orSame`; by scalars.
  mutating func isBefore(_ a: Int, _ b: Int, orSame: Bool) throws(MiniFault) -> Bool {
    let (left, right) = (objects[a].words, objects[b].words)
    for k in 0..<min(left.count, right.count) {
      try charge(1)
      if left[k] != right[k] { return left[k] < right[k] }
    }
    return left.count < right.count || orSame && left.count == right.count
  }
}
