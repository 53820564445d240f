// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// An update rule that the catalog lists: one file, whose documentation begins with the formula.
///
/// Such a rule is at once a method of the catalog (`FirstOrder<Rule>`: solved with, explained, asked and told, tried by the
/// laws) and a rule that trainings open by name (`RuleCatalog`).
public protocol CataloguedRule: UpdateRule {
  /// The rule with its default settings.
  init()
  /// Name, promises, and trials on unconstrained problems with the default settings.
  static var card: Card { get }
  /// What a user may set; the learning rate is called `rate`.
  static var settings: [Setting<Self>] { get }
  /// Names of settings that matter only where a point is made of tensors or another setting is changed; none unless a rule
  /// has some. Methods of the catalog leave them out.
  static var settingsOfTensors: Set<String> { get }
  /// As which tensors the rule takes a point of `count` numbers of which no more is known; one vector by default.
  static func layout(of count: Int) -> Layout
}

extension CataloguedRule {
  public static var settingsOfTensors: Set<String> { [] }

  public static func layout(of count: Int) -> Layout { Layout([("x", [max(1, count)])]) }

  /// The rule with its defaults and these changes.
  public init(settings: [(name: String, value: String)]) throws(SettingError) {
    self.init()
    for (name, text) in settings { try set(name, text) }
  }

  /// Changes one setting; refuses names that do not exist, with the nearest one, and values out of range.
  public mutating func set(_ name: String, _ text: String) throws(SettingError) {
    guard let setting = Self.settings.first(where: { $0.name == name }) else {
      throw .unknown(name, method: Self.card.name, nearest: nearest(to: name, among: Self.settings.map(\.name)))
    }
    try setting.write(&self, text)
  }
}

/// An elementwise rule that is an update rule by itself: one pass over parameters, gradient and memory.
///
/// It composes with others as they do: `ClipByNorm(1).then(AdamW())`.
public protocol FusedRule: ElementwiseRule, UpdateRule where State == Cells<Cell> {
  /// The numbers of a cell, in order of their declaration.
  static var memory: [MemoryKind] { get }
  /// The pass over `count` neighboring coordinates whose cells lie at `cells`; compiled for each rule by itself.
  func pass(
    _ parameters: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, _ cells: UnsafeMutablePointer<Cell>,
    count: Int, _ constants: Constants)
}

extension FusedRule {
  public var needsGradientNorm: Bool { false }
  public var treatsTensorsAlone: Bool { true }
  public var wordsPerParameter: Double { Elementwise(self).wordsPerParameter }

  /// The pass of `Elementwise`.
  public func pass(
    _ parameters: UnsafeMutablePointer<Float>, _ gradient: UnsafePointer<Float>, _ cells: UnsafeMutablePointer<Cell>,
    count: Int, _ constants: Constants
  ) {
    Elementwise.sweep(self, constants, parameters, gradient, cells, cells: 0..<Lane.number(count), count: count)
  }

  /// Cells for every sixteen numbers of the flat buffer.
  public func start(_ layout: Layout) -> Cells<Cell> { Elementwise(self).start(layout) }

  /// One pass.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout Cells<Cell>, layout: Layout,
    context: StepContext
  ) {
    Elementwise(self).update(&parameters, gradient: gradient, state: &state, layout: layout, context: context)
  }
}
