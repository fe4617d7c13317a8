import BrokerCore
import TestSupport
import Testing
import TokenProvider

/// Entries of type `token` that cannot work, or would let a secret go where nobody looks.
struct TokenSettingsTests {
  @Test(arguments: [
    (#""detect":{"A":"1"}"#, "nothing says where identity tokens come from"),
    (#""variable":["A"],"file":"/x""#, "and so does variable"),
    (#""variable":["1A"]"#, "not the name of a variable"), (#""variable":["A B"]"#, "not the name of a variable"),
    (#""file":"x""#, "not an absolute path"), (#""file":"/x/{A}""#, "a variable and something else"),
    (#""file":"{a}""#, "the placeholder {a}"),
    (#""command":{"words":["/bin/ci","{audience}"]}"#, "nothing else tells a job"),
    (#""detect":{"A":"1"},"command":{"words":["ci","{audience}"]}"#, "absolute path"),
    (#""detect":{"A":"1"},"command":{"words":["{A}/ci","{audience}"]}"#, "another placeholder"),
    (#""detect":{"A":"1"},"command":{"words":["/bin/ci","{SECRET}","{audience}"]}"#, "another placeholder"),
    (#""detect":{"A":"1"},"command":{"words":["/bin/ci"]}"#, "does not say for which audience"),
    (
      #""detect":{"A":"1"},"command":{"words":["/bin/ci","{audience}"],"variables":["LD_PRELOAD"]}"#,
      "decides what programs run"
    ),
    (
      #""detect":{"A":"1"},"command":{"words":["/bin/ci","{audience}"],"variables":["GIT_*"]}"#,
      "decides what programs run"
    ),
    (#""detect":{"A":"1"},"command":{"words":["/bin/ci","{audience}"],"variables":["*"]}"#, "no variable's name"),
    (#""detect":{"A":"1"},"command":{"words":["/bin/ci","{audience}"]},"audience":"x""#, "is fixed, and command asks"),
    (#""request":{"url":"{A}","query":{"audience":"{audience}"}}"#, "hosts is not there"),
    (#""request":{"url":"{A}","hosts":["*"],"query":{"audience":"{audience}"}}"#, "no host"),
    (#""request":{"url":"{A}","hosts":["https://x.example"],"query":{"a":"{audience}"}}"#, "no host"),
    (#""request":{"url":"{A}","hosts":["*.com"],"query":{"a":"{audience}"}}"#, "no host"),
    (#""request":{"url":"{A}","hosts":["x.example"]}"#, "does not say for which audience"),
    (#""request":{"url":"{A}.x.example/t","hosts":["x.example"],"query":{"a":"{audience}"}}"#, "else than a path"),
    (#""request":{"url":"https://{A}/t","query":{"a":"{audience}"}}"#, "its host is not written out"),
    (#""request":{"url":"https://x.example{A}/t","query":{"a":"{audience}"}}"#, "its host is not written out"),
    (#""request":{"url":"http://x.example/t","query":{"a":"{audience}"}}"#, "plain http"),
    (#""request":{"url":"{audience}","query":{"a":"x"}}"#, "holds no address"),
    (
      #""request":{"url":"https://x.example/{T}","headers":{"X-Token":"{T}"},"query":{"a":"{audience}"}}"#,
      "a secret elsewhere"
    ),
    (
      #""request":{"url":"https://x.example/t","query":{"a":"{audience}","t":"{T}"},"headers":{"Authorization":"Bearer {T}"}}"#,
      "a secret elsewhere"
    ),
    (
      #""request":{"url":"https://x.example/t","headers":{"Authorization":"Bearer abc"},"query":{"a":"{audience}"}}"#,
      "no secret stands in a configuration"
    ),
    (
      #""request":{"url":"https://x.example/t","headers":{"X-Api-Key":"abc"},"query":{"a":"{audience}"}}"#,
      "no secret stands in a configuration"
    ),
    (
      #""request":{"url":"https://x.example/t","headers":{"Host":"evil.example"},"query":{"a":"{audience}"}}"#,
      "sets or leaves out by itself"
    ),
    (
      #""request":{"url":"https://x.example/t","headers":{"Content-Length":"0"},"query":{"a":"{audience}"}}"#,
      "sets or leaves out by itself"
    ),
    (
      #""request":{"url":"https://x.example/t","headers":{"X-A":"1\r\nX-B: 2"},"query":{"a":"{audience}"}}"#,
      "characters that no header field has"
    ),
    (
      #""request":{"url":"https://x.example/t","headers":{"X A":"1"},"query":{"a":"{audience}"}}"#,
      "not the name of a header field"
    ),
    (#""request":{"url":"https://x.example/t","method":"CONNECT","query":{"a":"{audience}"}}"#, "no method"),
    (#""request":{"url":"https://x.example/t","method":"GET","json":{"a":"{audience}"}}"#, "has no body"),
    (#""request":{"url":"https://x.example/t","json":{"a":"{audience}"},"form":{"a":"1"}}"#, "is the body"),
    (#""request":{"url":"https://x.example/t","query":{"a":"{audiense}"}}"#, "Did you mean \"audience\"?"),
    (
      #""request":{"url":"https://x.example/t","query":{"a":"{audience}"},"token":"/a~2"}"#,
      "not a place in a JSON text"
    ),
    (#""variable":["A"],"claims":{"owner":""}"#, "is empty"),
    (#""variable":["A"],"claims":{"onwer":"x"}"#, "Did you mean \"owner\"?"),
    (#""variable":["A"],"detect":{}"#, "names no variable"),
    (#""variable":["A"],"detect":{"a-b":"1"}"#, "not the name of a variable"),
  ])
  func refusesWhatCannotWork(_ settings: String, _ words: String) throws {
    var catalog = PluginCatalog()
    try catalog.add(.token)
    let error = #expect(throws: BrokerError.self) {
      try Recipe.read(#"{"version":1,"providers":{"mine":{"type":"token",\#(settings)}}}"#, in: catalog)
    }
    #expect(error?.code == .configurationInvalid)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.message.text.hasPrefix("recipe.json, line 1, column ") == true, "\(error?.message ?? "")")
  }
}
