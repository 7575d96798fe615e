"""New public piles by county, 2023 to 2025: annex to 忻政办发〔2023〕39号 (Xinzhou's action plan)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlannedArea:
    """An area of the plan and its piles; the scenic area has no GB/T 2260 code and takes that of 五台县."""

    name: str
    area_code: str
    piles_2023: int
    piles_2024: int
    piles_2025: int

    @property
    def piles(self) -> int:
        """All three years."""
        return self.piles_2023 + self.piles_2024 + self.piles_2025


PLAN = (
    PlannedArea("忻府区", "140902", 296, 291, 388),
    PlannedArea("定襄县", "140921", 87, 85, 114),
    PlannedArea("五台县", "140922", 105, 102, 140),
    PlannedArea("代县", "140923", 103, 101, 135),
    PlannedArea("繁峙县", "140924", 129, 126, 169),
    PlannedArea("宁武县", "140925", 101, 99, 132),
    PlannedArea("静乐县", "140926", 89, 87, 116),
    PlannedArea("神池县", "140927", 52, 51, 68),
    PlannedArea("五寨县", "140928", 55, 54, 72),
    PlannedArea("岢岚县", "140929", 49, 48, 63),
    PlannedArea("河曲县", "140930", 112, 110, 146),
    PlannedArea("保德县", "140931", 112, 109, 146),
    PlannedArea("偏关县", "140932", 68, 66, 85),
    PlannedArea("原平市", "140981", 218, 213, 284),
    PlannedArea("五台山风景区", "140922", 78, 75, 100),
)
