"""Published examples of the T/CEC 102.4 envelope, each checked; all four secrets are the same in them."""

SECRET = "1234567890abcdef"
OPERATOR = "123456789"

# interface, TimeStamp, Seq, Data, Sig, plain text (None: the standard's own example, whose plain text is not JSON)
REQUESTS: list[tuple[str, str, str, str, str, str | None]] = [
    (
        "appendix C of part 4",
        "20160729142400",
        "0001",
        (
            "il7B0BSEjFdzpyKzfOFpvg/Se1CP802RItKYFPfSLRxJ3jf0bVl9hvYOEktPAYW2nd7S8MBcyHYyacHKbISq5iTmDzG+ivnR"
            "+SZJv3USNTYVMz9rCQVSxd0cLlqsJauko79NnwQJbzDTyLooYoIwz75qBOH2/xOMirpeEqRJrF/EQjWekJmGk9RtboXePu2r"
            "ka+Xm51syBPhiXJAq0GfbfaFu9tNqs/e2Vjja/ltE1M0lqvxfXQ6da6HrThsm5id4ClZFIi0acRfrsPLRixS/IQYtksxghvJ"
            "wbqOsbIsITail9Ayy4tKcogeEZiOO+4Ed264NSKmk7l3wKwJLAFjCFogBx8GE3OBz4pqcAn/ydA="
        ),
        "745166E8C43C84D37FFEC0F529C4136F",
        None,
    ),
    (
        "query_token",
        "20180120165755",
        "0001",
        "mYvffpNoFf4E/ZTC1tOw41TC5OlkEobfAYCm5N8hEusaLUaUIqOrXtdbMrSck0DSmfM7mRuOGMoCQzH0nWPGuw==",
        "D2D584A14F3F284445DF85D0E8C0697C",
        '{"OperatorID":"123456789",\n"OperatorSecret":"1234567890abcdef"}',
    ),
    (
        "query_stations_info",
        "20180228173314",
        "0001",
        (
            "X9a+F3ql9vfyO5tcQV4srGaZm116ly2hAhG1fc0n+TMshLTw1Ax/8AT0NpZRvEhzXPqLeD1n3cVywfU+WScy7a6M9flwrOkJ"
            "C5QIsp2RlFE="
        ),
        "407FED90C92965C8E456535A72B83F80",
        '{\n"LastQueryTime":"2016-1-2 12:12:12",\n"PageNo":2,\n"PageSize":1\n}',
    ),
    (
        "query_equip_business_policy",
        "20180508162919",
        "0001",
        (
            "C3z0fu4xW72dJMOsgcVyPrbHOqzQcIwSexeW7b4wPcAV8qQvECycER60lBJpW5v7+Ex6pAYvDgrImQh3fhqEujP4AICBew29"
            "6s71WAwpOBM="
        ),
        "92A192D753BBEF609136620FFA7E9069",
        '{\n"EquipBizSeq":"123456789201805081628123456",\n"ConnectorID":"3702120244401"\n}\n',
    ),
    (
        "query_station_status",
        "20260101000000",
        "0001",
        "RP/Z26h/ejO0ORlAz93dNfPjmudQGbaykdm2f8uiOaU=",
        "FBB6B67B8A1ECFC1931F0BB375CC00A3",
        '{"StationIDs":["充电站01"]}',
    ),
]

# interface, Ret, Msg, Data, Sig, plain text
RESPONSES: list[tuple[str, int, str, str, str, str]] = [
    (
        "query_token",
        0,
        "",
        (
            "uxeKP0ezR5yL8xSg4/ZCDh/N91/u86NXFxd2DrwZVW8zCPYcpl59Twz/yQZ3RaO4rDDrGmkvQignmNEJ+k4PGxdmIC+4fpJ8"
            "rU6osSobY+AeA0uueuQ5+eQiWBL6p6v5XMMm91brtK8yfFELYUWQzVcxABnAwK/+dyxtUhqLIxUpkwTEU/4ktN40df9IzzlL"
            "O5uvUknPGYu9yL0pp5w9vdRxmA1RiiTDNCysz6klr9bunGV3VJa2qpLcgeZMf/oG"
        ),
        "58E52010C7DEE87FE183B0AFA5B2BE30",
        (
            '{\r\n  "OperatorID": "123456789",\r\n  "SuccStat": 0,\r\n  "AccessToken": "kVnStIRknCCOBdXgJrmu8rb3pcc'
            'cifKW2NcQrysKKIzb7iQBxkkjeq3WoGdjgrIL",\r\n  "TokenAvailableTime": 7200,\r\n  "FailReason": 0\r\n}'
        ),
    ),
]
