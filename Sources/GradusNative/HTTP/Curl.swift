// SPDX-License-Identifier: Apache-2.0
import GradusVariadic

/// The functions of libcurl from version 7.68 on, as they were found in one shared library.
///
/// Source: the manual pages of libcurl, "easy" and "multi" interface.
struct Curl: @unchecked Sendable {
  // The two addresses are of functions, which do not change: sharing them between threads is safe.
  typealias Make = @convention(c) () -> UnsafeMutableRawPointer?
  typealias End = @convention(c) (UnsafeMutableRawPointer) -> Void
  typealias Act = @convention(c) (UnsafeMutableRawPointer) -> Int32
  typealias Pair = @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Int32
  typealias Perform = @convention(c) (UnsafeMutableRawPointer, UnsafeMutablePointer<Int32>) -> Int32
  /// The last two: milliseconds, and how many descriptors had something.
  typealias Poll =
    @convention(c) (
      UnsafeMutableRawPointer, UnsafeMutableRawPointer?, UInt32, Int32, UnsafeMutablePointer<Int32>?
    ) -> Int32
  typealias Read = @convention(c) (UnsafeMutableRawPointer, UnsafeMutablePointer<Int32>) -> UnsafeRawPointer?
  typealias Append = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>) -> UnsafeMutableRawPointer?
  typealias Text = @convention(c) (Int32) -> UnsafePointer<CChar>?

  /// For instance `7.88.1`.
  let version: String
  /// The file or loader name it came from.
  let path: String
  let make: Make
  let end: End
  let makeMulti: Make
  let endMulti: Act
  let add: Pair
  let remove: Pair
  let perform: Perform
  let poll: Poll
  let wakeUp: Act
  let read: Read
  let append: Append
  let freeList: End
  let text: Text
  private let setOption: UnsafeMutableRawPointer
  private let information: UnsafeMutableRawPointer
  private let setMultiOption: UnsafeMutableRawPointer

  /// Opens libcurl and checks that every function is there.
  init(_ search: LibrarySearch) throws(MissingComponent) {
    let library = try NativeComponent.curl.open(search)
    func missing(_ name: String) -> MissingComponent {
      NativeComponent.curl.missing(because: "found in \(library.path) without the function \(name)")
    }
    func need<F>(_ name: String, _ type: F.Type) throws(MissingComponent) -> F {
      guard let function = library.function(name, as: type) else { throw missing(name) }
      return function
    }
    func address(_ name: String) throws(MissingComponent) -> UnsafeMutableRawPointer {
      guard let symbol = library.symbol(name) else { throw missing(name) }
      return symbol
    }
    let begin = try need("curl_global_init", (@convention(c) (Int) -> Int32).self)
    // Everything; more than once does no harm, and the library locks for itself.
    guard begin(3) == 0 else {
      throw NativeComponent.curl.missing(because: "found in \(library.path), but does not start")
    }
    let told = try need("curl_version", (@convention(c) () -> UnsafePointer<CChar>?).self)().map { String(cString: $0) }
    // "libcurl/7.88.1 OpenSSL/3.0.15 …"
    version = told?.split(separator: " ").first?.split(separator: "/").last.map(String.init) ?? "unknown"
    path = library.path
    make = try need("curl_easy_init", Make.self)
    end = try need("curl_easy_cleanup", End.self)
    makeMulti = try need("curl_multi_init", Make.self)
    endMulti = try need("curl_multi_cleanup", Act.self)
    add = try need("curl_multi_add_handle", Pair.self)
    remove = try need("curl_multi_remove_handle", Pair.self)
    perform = try need("curl_multi_perform", Perform.self)
    poll = try need("curl_multi_poll", Poll.self)
    wakeUp = try need("curl_multi_wakeup", Act.self)
    read = try need("curl_multi_info_read", Read.self)
    append = try need("curl_slist_append", Append.self)
    freeList = try need("curl_slist_free_all", End.self)
    text = try need("curl_easy_strerror", Text.self)
    setOption = try address("curl_easy_setopt")
    information = try address("curl_easy_getinfo")
    setMultiOption = try address("curl_multi_setopt")
  }

  // MARK: Options

  enum Option: Int32 {
    // Numbers.
    case lowSpeedLimit = 19
    case lowSpeedTime = 20
    case post = 47
    case followLocation = 52
    case noSignal = 99
    case timeoutMilliseconds = 155
    case connectTimeoutMilliseconds = 156
    /// Bits: 1 HTTP, 2 HTTPS.
    case protocols = 181
    case keepAlive = 213
    // Pointers.
    case writeData = 10001
    case url = 10002
    case errorBuffer = 10010
    case userAgent = 10018
    case headers = 10023
    case headerData = 10029
    case encoding = 10102
    case copiedFields = 10165
    // Functions.
    case writeFunction = 20011
    case headerFunction = 20079
    // Wide numbers.
    case fieldSize = 30120
  }

  func set(_ handle: UnsafeMutableRawPointer, _ option: Option, _ value: Int) {
    _ = gradus_call_long(setOption, handle, option.rawValue, value)
  }

  func setWide(_ handle: UnsafeMutableRawPointer, _ option: Option, _ value: Int) {
    _ = gradus_call_wide(setOption, handle, option.rawValue, Int64(value))
  }

  func set(_ handle: UnsafeMutableRawPointer, _ option: Option, _ value: UnsafeMutableRawPointer?) {
    _ = gradus_call_pointer(setOption, handle, option.rawValue, value)
  }

  /// The library copies the text.
  func set(_ handle: UnsafeMutableRawPointer, _ option: Option, _ value: String) {
    value.withCString {
      _ = gradus_call_pointer(setOption, handle, option.rawValue, UnsafeMutableRawPointer(mutating: $0))
    }
  }

  /// How many connections are kept open for later requests.
  func keep(_ multi: UnsafeMutableRawPointer, connections: Int) {
    _ = gradus_call_long(setMultiOption, multi, 6, connections)
  }

  /// The status of the response; 0 before there is one.
  func status(of handle: UnsafeMutableRawPointer) -> Int {
    var code = 0
    _ = gradus_call_pointer(information, handle, 0x20_0002, &code)
    return code
  }
}

extension NativeComponent {
  public static let curl = NativeComponent(
    name: "libcurl", libraries: ["libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib", "libcurl.dylib"],
    purpose: "language models over HTTP",
    without: "models behind an address cannot be asked; simulated and recorded ones can",
    licence: "curl", install: "apt-get install libcurl4")
}
